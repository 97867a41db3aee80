package io.osier.agent.model;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.databind.DatabindException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.exc.MismatchedInputException;
import tools.jackson.databind.exc.UnrecognizedPropertyException;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** How objects become text and back: nothing empty is written, nothing unknown is accepted. */
public final class Json {
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .disable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .addModule(new SimpleModule()
                    .addDeserializer(Instant.class, new InstantReader())
                    .setValueInstantiators(new RecordInstantiators()))
            .changeDefaultPropertyInclusion(include -> include.withValueInclusion(JsonInclude.Include.NON_EMPTY))
            .build();

    /** Where else to look, which the library does not tell of texts that it is not to repeat. */
    private static final Pattern ELSEWHERE = Pattern.compile(" \\([^(\\[]*\\[Source: [^]]*]\\)");

    private Json() {}

    static JsonParser parser(String text) {
        return MAPPER.createParser(text);
    }

    static ArrayNode array() {
        return MAPPER.createArrayNode();
    }

    public static ObjectNode object() {
        return MAPPER.createObjectNode();
    }

    public static JsonNode tree(Object value) {
        return MAPPER.valueToTree(value);
    }

    public static byte[] bytes(Object value) {
        return MAPPER.writeValueAsBytes(value);
    }

    /** On one line. */
    public static String text(Object value) {
        return MAPPER.writeValueAsString(value);
    }

    public static String pretty(Object value) {
        return MAPPER.writer().with(SerializationFeature.INDENT_OUTPUT).writeValueAsString(value);
    }

    /**
     * Reads a tree.
     *
     * @throws ValidationException in one line, if the text is not JSON
     */
    public static JsonNode parse(byte[] text) {
        try {
            return MAPPER.readTree(text);
        } catch (JacksonException e) {
            throw notJson(e);
        }
    }

    /**
     * Reads an object, without a tree in between.
     *
     * @throws ValidationException in one line that names the field
     */
    public static <T> T read(byte[] text, Class<T> type) {
        return validated(() -> MAPPER.readValue(text, type));
    }

    /**
     * Turns a tree into an object.
     *
     * @throws ValidationException in one line that names the field
     */
    public static <T> T convert(JsonNode tree, Class<T> type) {
        return validated(() -> MAPPER.treeToValue(tree, type));
    }

    private static <T> T validated(Supplier<T> reading) {
        try {
            return reading.get();
        } catch (StreamReadException e) {
            throw notJson(e);
        } catch (UnrecognizedPropertyException e) {
            throw new ValidationException("unknown field \"" + path(e) + "\"");
        } catch (DatabindException e) {
            if (e.getCause() instanceof ValidationException invalid) {
                throw invalid;
            }
            String path = path(e);
            String problem = e instanceof MismatchedInputException mismatch ? Expectation.of(mismatch) : oneLine(e);
            throw new ValidationException((path.isEmpty() ? "" : path + ": ") + problem);
        } catch (JacksonException e) {
            throw new ValidationException(oneLine(e));
        }
    }

    /** {@code spec.containers[0].imag}. */
    public static String path(DatabindException e) {
        String path = e.getPath().stream()
                .map(step ->
                        step.getPropertyName() == null ? "[" + step.getIndex() + "]" : "." + step.getPropertyName())
                .collect(Collectors.joining());
        return path.startsWith(".") ? path.substring(1) : path;
    }

    private static ValidationException notJson(JacksonException e) {
        TokenStreamLocation at = e.getLocation();
        String place = at == null || at.getLineNr() < 1 ? "" : "line " + at.getLineNr() + ", ";
        return new ValidationException("not JSON: " + place + columnAndProblem(e));
    }

    /** {@code column 9: Unexpected character …}, as far as the column is known. */
    static String columnAndProblem(JacksonException e) {
        TokenStreamLocation at = e.getLocation();
        return (at == null || at.getColumnNr() < 1 ? "" : "column " + at.getColumnNr() + ": ") + oneLine(e);
    }

    private static String oneLine(JacksonException e) {
        String message = e.getOriginalMessage() == null ? "unreadable" : e.getOriginalMessage();
        int end = message.indexOf('\n');
        return ELSEWHERE.matcher(end < 0 ? message : message.substring(0, end)).replaceAll("");
    }
}
