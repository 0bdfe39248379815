import java.util.*;
import java.util.stream.*;
import javax.persistence.*;

/** plate[] as the server writes it. EclipseLink itself makes an array of it. */
@Converter
public class Plates implements AttributeConverter<String, Object> {
  @Override
  public Object convertToDatabaseColumn(String marks) {
    return marks;
  }

  @Override
  public String convertToEntityAttribute(Object marks) {
    return Stream.of((Object[]) marks)
        .map(Object::toString)
        .collect(Collectors.joining(",", "{", "}"));
  }
}
