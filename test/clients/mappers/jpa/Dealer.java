import java.sql.Date;
import java.sql.SQLException;
import java.util.*;
import java.util.function.*;
import java.util.stream.*;
import javax.persistence.*;
import javax.persistence.criteria.*;
import org.postgresql.util.*;

/** story.txt with JPA, by the provider that the argument names. JDBC_URL says where. */
public class Dealer {
  static final int TRIES = 3;
  static final Scanner INPUT = new Scanner(System.in);
  static EntityManagerFactory factory;

  /** A step of the story, which goes on when a line comes back. */
  static void say(String format, Object... values) {
    System.out.println(String.format(format, values));
    INPUT.nextLine();
  }

  static Registration car(String mark, String make, String day) {
    return new Registration(mark, make, Date.valueOf(day));
  }

  static Registration car(String mark) {
    return car(mark, "Ford", "2025-09-01");
  }

  static String marks(List<Registration> rows) {
    return rows.stream().map(row -> row.mark).collect(Collectors.joining(", "));
  }

  /** One transaction, in an entity manager of its own. */
  static <T> T transaction(Function<EntityManager, T> work) {
    EntityManager manager = factory.createEntityManager();
    EntityTransaction transaction = manager.getTransaction();
    try {
      transaction.begin();
      T result = work.apply(manager);
      transaction.commit(); // a hold may refuse it here too
      return result;
    } finally {
      if (transaction.isActive()) {
        transaction.rollback();
      }
      manager.close();
    }
  }

  static Integer save(EntityManager manager, Registration row) {
    manager.persist(row);
    manager.flush();
    return row.id;
  }

  /** refresh() finds out whether a row is there where the provider asks for none back. */
  static void saveAll(Registration... rows) {
    transaction(manager -> {
      Arrays.asList(rows).forEach(manager::persist);
      manager.flush();
      Arrays.asList(rows).forEach(manager::refresh);
      return null;
    });
  }

  /** Each by its own id: the one that the provider has is no other row's. */
  static List<Registration> byId(Registration... rows) {
    return transaction(manager
        -> Stream.of(rows)
               .map(row -> manager.find(Registration.class, row.id))
               .collect(Collectors.toList()));
  }

  /** What the server said, beneath what the provider made of it. */
  static ServerErrorMessage told(Throwable error) {
    while (error != null && !(error instanceof PSQLException)) {
      error = error.getCause();
    }
    return error == null ? null : ((PSQLException) error).getServerErrorMessage();
  }

  static void refused(String mark, ServerErrorMessage told) {
    if (told == null) {
      say("%s: cannot: INSERT asks for no row back; refresh() finds none", mark);
      say("DETAIL: cannot: refresh() knows none");
      return;
    }
    say("%s: %s, %s", mark, told.getSQLState(), told.getMessage());
    say("DETAIL: %s", told.getDetail());
  }

  static void attempt(Registration... rows) {
    String marks = marks(Arrays.asList(rows));
    try {
      saveAll(rows);
    } catch (PersistenceException error) {
      refused(marks, told(error));
      return;
    }
    say("%s: not refused", marks);
  }

  /** One transaction, repeated for 40001 only: RH001 stands until the hold ends. */
  static void register(String mark) {
    for (int attempt = 1;; attempt++) {
      String inserted = mark + ": inserted, attempt " + attempt;
      try {
        transaction(manager -> {
          Integer id = save(manager, car(mark));
          say(inserted);
          return id;
        });
        say("%s: registered", mark);
        return;
      } catch (PersistenceException error) {
        if (!"40001".equals(told(error).getSQLState()) || attempt == TRIES) {
          throw error;
        }
        refused(mark, told(error));
      }
    }
  }

  static List<Registration> find(EntityManager manager, String... marks) {
    CriteriaQuery<Registration> query =
        manager.getCriteriaBuilder().createQuery(Registration.class);
    Path<String> mark = query.from(Registration.class).get("mark");
    query.where(mark.in(Arrays.asList(marks))).orderBy(manager.getCriteriaBuilder().asc(mark));
    return manager.createQuery(query).getResultList();
  }

  /** LIKE of marks knows no case. */
  static List<Registration> search(EntityManager manager, String pattern) {
    return manager
        .createQuery("SELECT r FROM Registration r WHERE r.mark LIKE :pattern", Registration.class)
        .setParameter("pattern", pattern)
        .getResultList();
  }

  /** JPA has none, so it takes a statement of our own. */
  static int upsert(EntityManager manager, Registration row) {
    return manager
        .createNativeQuery("INSERT INTO registration (mark, registered, make, colour, formerly) "
            + "VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (mark) DO UPDATE SET colour = excluded.colour")
        .setParameter(1, row.mark)
        .setParameter(2, row.registered)
        .setParameter(3, row.make)
        .setParameter(4, row.colour)
        .setParameter(5, row.formerly)
        .executeUpdate();
  }

  static void ordinaryDay() {
    say("schema: cannot: JPA reads no schema");
    say("drift: cannot: JPA compares no schema");

    Integer jaguar = transaction(manager
        -> save(manager,
            new Registration(
                "ab75cde", "Jaguar", Date.valueOf("2025-09-01"), "A123BCD", "B123BCD")));
    transaction(manager -> {
      Registration row = manager.find(Registration.class, jaguar);
      say("saved: %s, once %s", row.mark, row.formerly());
      row.colour = "blue";
      return null;
    });
    Registration again = transaction(manager -> manager.find(Registration.class, jaguar));
    say("saved again: %s, %s", again.mark, again.colour);

    Registration[] many = {car("AB75 CDF"), car("AB75 CDG"), car("AB75 CDH")};
    saveAll(many);
    say("bulk: %s", marks(byId(many)));
    say("found: %s", Dealer.<String>transaction(manager -> marks(find(manager, "AB75 CDH", "ab75 cdf"))));
    say("searched: %s", Dealer.<String>transaction(manager -> marks(search(manager, "ab75 %g"))));
    Registration red = car("AB75 CDG");
    red.colour = "red";
    transaction(manager -> upsert(manager, red));
    Registration upserted = transaction(manager -> find(manager, red.mark).get(0));
    say("upserted: %s, %s", upserted.mark, upserted.colour);

    attempt(car("AB75 IQC"));
    attempt(car("AB75 CDJ", "Ford", "2025-08-31"));
  }

  static Registration rover() {
    return car("AB75 CDK", "Land Rover", "2025-09-01");
  }

  static Registration[] three() {
    return new Registration[] {
        car("AB75 CDL"), car("AB75 CDM", "Land Rover", "2025-09-01"), car("AB75 CDN")};
  }

  /** A row that is set aside has no id, and those after it would get another's. */
  static void queuedDay() {
    attempt(rover());
    attempt(three());
    int registered = transaction(
        manager -> find(manager, "AB75 CDK", "AB75 CDL", "AB75 CDM", "AB75 CDN").size());
    say("of them registered: %d", registered);
  }

  static String state(Registration row) {
    return row.mark + (row.ticket == null ? " registered" : " waits");
  }

  /** A row that waits in place is a row like any other. */
  static void pendingDay() {
    Registration rover = rover();
    saveAll(rover);
    say("saved: %s", state(byId(rover).get(0)));
    transaction(manager -> {
      Registration row = manager.find(Registration.class, rover.id);
      manager.persist(new Keeper(row, "Smith"));
      row.colour = "green";
      return null;
    });
    say("saved again: %s", Dealer.<String>transaction(manager -> {
      Registration row = manager.find(Registration.class, rover.id);
      return state(row) + ", " + row.colour + ", kept by " + row.keepers.get(0).name;
    }));
    Registration[] three = three();
    saveAll(three);
    say("bulk: %s", byId(three).stream().map(Dealer::state).collect(Collectors.joining(", ")));
    Registration white = three()[1];
    white.colour = "white";
    transaction(manager -> upsert(manager, white));
    Registration upserted = transaction(manager -> find(manager, white.mark).get(0));
    say("upserted: %s, %s", state(upserted), upserted.colour);
    for (int time = 0; time < 2; time++) {
      say("registered: %s",
          Dealer.<String>transaction(manager
              -> marks(manager
                           .createQuery("SELECT r FROM Registration r WHERE r.ticket IS NULL "
                                   + "ORDER BY r.mark",
                               Registration.class)
                           .getResultList())));
    }
  }

  static Object pid() {
    return transaction(
        manager -> manager.createNativeQuery("SELECT pg_backend_pid()").getSingleResult());
  }

  public static void main(String[] args) {
    String url = System.getenv("JDBC_URL");
    factory = Persistence.createEntityManagerFactory(
        args[0], Map.of("javax.persistence.jdbc.url", url, "javax.persistence.jdbc.driver", "org.postgresql.Driver"));
    Object pid = pid();
    ordinaryDay();
    attempt(car("AB75 CDJ"));
    register("AB75 CDJ");
    queuedDay();
    pendingDay();
    say("connection: %s", pid().equals(pid) ? "kept" : "another");
    factory.close();
  }
}
