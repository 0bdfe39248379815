import java.util.*;
import javax.persistence.*;

/** A registration as JPA has it. The marks are strings, if the driver leaves their type to the server. */
@Entity
@Table(name = "registration")
public class Registration {
  @Id @GeneratedValue(strategy = GenerationType.IDENTITY) Integer id;

  @Column(nullable = false, unique = true, columnDefinition = "plate") String mark;

  @Column(nullable = false) @Temporal(TemporalType.DATE) Date registered;

  @Column(nullable = false, columnDefinition = "text") String make;

  @Column(columnDefinition = "text") String colour;

  /** plate[], as the server writes it. */
  @Column(nullable = false, columnDefinition = "plate[]") String formerly;

  /** Nobody but the guard writes it. */
  @Column(insertable = false, updatable = false) Long ticket;

  @OneToMany(mappedBy = "registration") List<Keeper> keepers = new ArrayList<>();

  protected Registration() {}

  Registration(String mark, String make, Date registered, String... formerly) {
    this.mark = mark;
    this.make = make;
    this.registered = registered;
    this.formerly = "{" + String.join(",", formerly) + "}";
  }

  String formerly() {
    return formerly.replaceAll("[{}\"]", "").replace(",", ", ");
  }
}
