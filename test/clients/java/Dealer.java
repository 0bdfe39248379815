import com.zaxxer.hikari.HikariDataSource;
import java.sql.*;
import java.util.*;
import java.util.regex.*;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.postgresql.util.*;

/** A dealer's registrations with JDBC and HikariCP. JDBC_URL says where. */
public class Dealer {
  /** What a person is told. Any other error is a fault of ours, or of the network. */
  static final Map<String, String> REFUSED =
      Map.of("22P02", "no mark", "23505", "taken", "23514", "not on that day", "RH001", "held");
  static final int TRIES = 3;
  static final int SECONDS = 10;
  static final Scanner INPUT = new Scanner(System.in);
  static final HikariDataSource POOL = new HikariDataSource();

  /** A step of the story, which goes on when a line comes back. */
  static void say(String format, Object... values) {
    System.out.println(String.format(format, values));
    INPUT.nextLine();
  }

  /** Registers a mark; the id in regcar.queue where it was set aside, or 0. */
  static long insert(Connection connection, String mark, String day, String make)
      throws SQLException {
    String sql = "INSERT INTO registration (mark, registered, make) VALUES (?, ?::date, ?)";
    try (PreparedStatement insert = connection.prepareStatement(sql)) {
      // Types.OTHER: the server finds the type out. setString() would send a varchar.
      insert.setObject(1, mark, Types.OTHER);
      insert.setString(2, day);
      insert.setString(3, make);
      if (insert.executeUpdate() == 1) {
        return 0;
      }
      // No error and no row: a NOTICE, here a warning, says where it is.
      SQLWarning warning = insert.getWarnings();
      while (!"RH002".equals(warning.getSQLState())) {
        warning = warning.getNextWarning();
      }
      ServerErrorMessage notice = ((PSQLWarning) warning).getServerErrorMessage();
      say("%s: RH002, %s", mark, notice.getMessage());
      Matcher id = Pattern.compile("^Queue id (\\d+)").matcher(notice.getDetail());
      id.find();
      return Long.parseLong(id.group(1));
    }
  }

  /** One transaction, repeated for 40001 only: RH001 stands until the hold ends. */
  static long register(String mark, String day, String make) throws SQLException {
    for (int attempt = 1;; attempt++) {
      // Closed, it is back in the pool, which rolls back what was not committed.
      try (Connection connection = POOL.getConnection()) {
        long queued = insert(connection, mark, day, make);
        if (queued == 0) {
          say("%s: inserted, attempt %d", mark, attempt);
        }
        connection.commit(); // a hold may refuse it here too
        if (queued == 0) {
          say("%s: registered", mark);
        }
        return queued;
      } catch (PSQLException error) {
        if (!"40001".equals(error.getSQLState()) || attempt == TRIES) {
          throw error;
        }
        say("%s: 40001, again: %s", mark, error.getServerErrorMessage().getMessage());
      }
    }
  }

  /** Registers a mark, or tells a person why not. */
  static long attempt(String mark, String day, String make) throws SQLException {
    try {
      return register(mark, day, make);
    } catch (PSQLException error) {
      String why = REFUSED.get(error.getSQLState());
      if (why == null) {
        throw error;
      }
      // getMessage() has severity, detail and hint in it; this has each for itself.
      ServerErrorMessage told = error.getServerErrorMessage();
      say("%s: %s, %s: %s", mark, error.getSQLState(), why, told.getMessage());
      say("    %s", told.getDetail());
      return 0;
    }
  }

  /** What would stop a registration just now, or null. */
  static String holdFor(Connection connection, String mark) throws SQLException {
    String sql = "SELECT hold, action, reason FROM regcar.hold_for('registration', "
        + "jsonb_build_object('mark', ?, 'make', 'Jaguar'))";
    try (PreparedStatement ask = connection.prepareStatement(sql)) {
      ask.setString(1, mark);
      ResultSet hold = ask.executeQuery();
      return hold.next()
          ? String.format("hold %d, %s, %s", hold.getLong(1), hold.getString(2), hold.getString(3))
          : null;
    }
  }

  /** Waits for the end of the hold. The connection is one that no pool takes back. */
  static void waitForEnd(String mark) throws SQLException {
    try (Connection connection = DriverManager.getConnection(System.getenv("JDBC_URL"));
         Statement statement = connection.createStatement()) {
      statement.execute("LISTEN regcar");
      // Asked after LISTEN, so that no event is missed, and again without one: a
      // connection that was lost has lost its events.
      long deadline = System.nanoTime() + SECONDS * 1_000_000_000L;
      String held = holdFor(connection, mark);
      say("listening");
      PGConnection channel = connection.unwrap(PGConnection.class);
      while (held != null && System.nanoTime() < deadline) {
        for (PGNotification heard : channel.getNotifications(1000)) {
          say("heard: %s", heard.getParameter());
        }
        held = holdFor(connection, mark);
      }
    }
  }

  /** A type that JDBC does not know is a PGobject, and its text. An array is one of those. */
  static void readTypes(String mark) throws SQLException {
    String sql = "SELECT m, ARRAY[m, plate_next(m)], plate_block('AB', '75') "
        + "FROM CAST(? AS plate) m";
    try (Connection connection = POOL.getConnection();
         PreparedStatement select = connection.prepareStatement(sql)) {
      select.setString(1, mark); // with a CAST this does too
      ResultSet row = select.executeQuery();
      row.next();
      List<String> marks = new ArrayList<>();
      marks.add(row.getString(1));
      for (Object plate : (Object[]) row.getArray(2).getArray()) {
        marks.add(plate.toString());
      }
      marks.addAll(List.of(row.getString(3).replaceAll("[\\[(\")\\]]", "").split(",")));
      say("text: %s", String.join(", ", marks));
    }
    say("binary: cannot: pgjdbc asks for types that it does not know as text");
  }

  static int backend() throws SQLException {
    try (Connection connection = POOL.getConnection()) {
      return connection.unwrap(PGConnection.class).getBackendPID();
    }
  }

  public static void main(String[] args) throws SQLException {
    POOL.setJdbcUrl(System.getenv("JDBC_URL"));
    POOL.setMaximumPoolSize(1);
    POOL.setAutoCommit(false);
    POOL.addDataSourceProperty("prepareThreshold", "1"); // prepared in the server at first use
    int backend = backend();
    attempt("AB75 CDE", "2025-09-01", "Jaguar");
    attempt("AB75 CDE", "2025-09-01", "Jaguar");
    attempt("AB75 IQC", "2025-09-01", "Jaguar");
    attempt("AB75 CDF", "2025-08-31", "Jaguar");
    attempt("AB75 CDF", "2025-09-01", "Jaguar");
    try (Connection connection = POOL.getConnection()) {
      say("asked: %s", holdFor(connection, "AB75 CDF"));
    }
    attempt("AB75 CDF", "2025-09-01", "Jaguar");
    say("connection: %s", backend() == backend ? "kept" : "another");
    waitForEnd("AB75 CDF");
    attempt("AB75 CDF", "2025-09-01", "Jaguar");
    attempt("AB75 CDG", "2025-09-01", "Jaguar");
    long queued = attempt("AB75 CDH", "2025-09-01", "Land Rover");
    for (int time = 0; time < 2; time++) {
      String sql = "SELECT row_data->>'mark', state FROM regcar.queue WHERE id = ?";
      try (Connection connection = POOL.getConnection();
           PreparedStatement select = connection.prepareStatement(sql)) {
        select.setLong(1, queued);
        ResultSet row = select.executeQuery();
        row.next();
        say("queue: %s, %s", row.getString(1), row.getString(2));
      }
    }
    readTypes("ab75cde");
    POOL.close();
  }
}
