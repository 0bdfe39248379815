import javax.persistence.*;

/** Who keeps a car: a row that refers to a registration. */
@Entity
@Table(name = "keeper")
public class Keeper {
  @Id @GeneratedValue(strategy = GenerationType.IDENTITY) Integer id;

  @ManyToOne(optional = false) @JoinColumn(name = "registration_id") Registration registration;

  @Column(nullable = false, columnDefinition = "text") String name;

  protected Keeper() {}

  Keeper(Registration registration, String name) {
    this.registration = registration;
    this.name = name;
  }
}
