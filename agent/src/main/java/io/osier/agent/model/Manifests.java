package io.osier.agent.model;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.dataformat.yaml.YAMLFactory;
import tools.jackson.dataformat.yaml.YAMLMapper;
import tools.jackson.dataformat.yaml.YAMLWriteFeature;
import tools.jackson.dataformat.yaml.util.StringQuotingChecker;

/**
 * Manifests as people have them: YAML or JSON, several documents in a file, lists of objects. Each document is read by itself, so
 * that what is wrong with one costs the others nothing. What is taken and what is not is told in {@code docs/manifests.md}.
 */
public final class Manifests {
    /** How large a file may be. */
    public static final int MAX_BYTES = 4 << 20;

    private static final int MAX_VALUES = 250_000; // the command has little memory
    static final String TOO_MANY_VALUES =
            "more than " + MAX_VALUES + " values: split the file; from here on only what still fits is read";

    private static final int MAX_LISTS = 5; // in lists
    private static final Pattern JSON = Pattern.compile("\\s*\\{\\s*[\"}].*", Pattern.DOTALL);
    private static final YAMLMapper WRITER = YAMLMapper.builder(YAMLFactory.builder()
                    .stringQuotingChecker(new QuotedLookalikes())
                    .build())
            .enable(YAMLWriteFeature.MINIMIZE_QUOTES)
            .enable(YAMLWriteFeature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS)
            .disable(YAMLWriteFeature.WRITE_DOC_START_MARKER)
            .build();

    private Manifests() {}

    /**
     * Reads the objects of a file in UTF-8.
     *
     * @throws ValidationException in one line, if there is none in it or it is no text
     */
    public static List<Manifest> read(byte[] file) {
        if (file.length > MAX_BYTES) {
            throw new ValidationException("larger than " + (MAX_BYTES >> 20) + " MiB: split it");
        }
        if (file.length > 1 && (file[0] & 0xff) + (file[1] & 0xff) == 0xff + 0xfe) {
            throw new ValidationException("UTF-16: save it as UTF-8");
        }
        ByteBuffer in = ByteBuffer.wrap(file);
        CharBuffer out = CharBuffer.allocate(file.length);
        CharsetDecoder decoder = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        CoderResult result = decoder.decode(in, out, true);
        out.flip();
        if (result.isError()) {
            long line = 1 + out.chars().filter(c -> c == '\n').count();
            throw new ValidationException("line " + line + ": not UTF-8: save the file as UTF-8");
        }
        return read(out.toString());
    }

    /**
     * Reads the objects of a text. What cannot be read is among them, and complains when it is asked.
     *
     * @throws ValidationException in one line, if there is nothing in it
     */
    public static List<Manifest> read(String file) {
        String text = file.startsWith("\uFEFF") ? file.substring(1) : file;
        List<Manifest> objects = new ArrayList<>();
        Count count = new Count();
        int line = 1;
        for (String part : parts(text)) {
            if (hasContent(part)) {
                read(part, line, count, objects);
            }
            line += (int) part.chars().filter(c -> c == '\n').count();
        }
        if (objects.isEmpty()) {
            throw new ValidationException("no objects in it");
        }
        return objects;
    }

    /** The object as YAML. */
    public static String write(JsonNode object) {
        return WRITER.writeValueAsString(object);
    }

    /**
     * An object of this kind that came without a file, without the fields that are only tolerated.
     *
     * @throws ValidationException in one line that names the field
     */
    public static ObjectNode checked(ObjectNode object, Kind kind) {
        if (object.has("kind") && kindOfWord(object.path("kind").asString("")) != kind) {
            throw ValidationException.invalid("kind", object.path("kind").asString(""), "must be " + kind.word());
        }
        if (object.has("apiVersion")) {
            checkVersion(object, kind);
        }
        return FieldCheck.kept(object, kind, null, "");
    }

    /** The same, and what its fields say goes together. */
    public static ObjectNode validated(ObjectNode object, Kind kind) {
        ObjectNode kept = checked(object, kind);
        Json.convert(kept, kind.type());
        return kept;
    }

    /** The kind of an object that has all that every object must have. */
    static Kind kindOf(ObjectNode object) {
        JsonNode word = object.path("kind");
        if (!word.isString() || word.asString().isEmpty()) {
            throw new ValidationException("kind: Required value");
        }
        Kind kind = kindOfWord(word.asString());
        checkVersion(object, kind);
        JsonNode name = object.path("metadata").path("name");
        if (name.isMissingNode()
                || name.isNull()
                || (name.isString() && name.asString().isEmpty())) {
            boolean generated = object.path("metadata").has("generateName");
            throw new ValidationException(
                    "metadata.name: Required value" + (generated ? ": generateName is not served" : ""));
        }
        return kind;
    }

    private static Kind kindOfWord(String word) {
        return Kind.of(word).orElseThrow(() -> unknownKind(word));
    }

    private static ValidationException unknownKind(String word) {
        List<String> words = Arrays.stream(Kind.values()).map(Kind::word).toList();
        String near = Spelling.nearest(word, words);
        String wayOut = near == null ? "this takes " + String.join(", ", words) : "did you mean " + near + "?";
        return new ValidationException("kind", "unknown kind \"" + word + "\": " + wayOut);
    }

    private static void checkVersion(ObjectNode object, Kind kind) {
        JsonNode version = object.path("apiVersion");
        if (!version.isString() || !version.asString().equals(kind.apiVersion())) {
            throw new ValidationException(
                    "apiVersion",
                    "unknown apiVersion \"" + version.asString("") + "\" of kind " + kind.word() + ": write "
                            + kind.apiVersion());
        }
    }

    /** Quotes every text that would be read as something else without, here or by kubectl. */
    private static final class QuotedLookalikes extends StringQuotingChecker.Default {
        private static final long serialVersionUID = 1;
        private static final Pattern PLAIN_VALUE =
                Pattern.compile("[A-Za-z0-9_./]([-A-Za-z0-9_./:@%+,=() ]*[A-Za-z0-9_./)])?");
        private static final Pattern PLAIN_NAME = Pattern.compile("[A-Za-z_][-A-Za-z0-9_./]*");
        /** What readers of YAML 1.1 take for numbers and times beyond what {@link PlainScalar} does. */
        private static final Pattern NUMBER_OR_TIME = Pattern.compile(String.join(
                "|",
                "[-+]?[0-9][0-9_,]*+(?::[0-5]?[0-9])++(\\.[0-9_]*)?", // base 60
                "[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt ].*)?",
                "[-+]?[0-9_,]*+(?:\\.[0-9_,]*+)?([eE][-+]?[0-9]+)?",
                "[-+]?0[box]?[0-9a-fA-F_]+",
                "[-+]?\\.(inf|Inf|INF|nan|NaN|NAN)"));

        @Override
        public boolean needToQuoteName(String name) {
            return !PLAIN_NAME.matcher(name).matches() || !PlainScalar.of(name).isString();
        }

        @Override
        public boolean needToQuoteValue(String value) {
            return !PLAIN_VALUE.matcher(value).matches()
                    || !PlainScalar.of(value).isString()
                    || NUMBER_OR_TIME.matcher(value).matches()
                    || super.needToQuoteValue(value);
        }
    }

    /** Cut before every line that begins a document; YAML lets no value have such a line. */
    private static List<String> parts(String text) {
        List<String> parts = new ArrayList<>();
        int begin = 0;
        for (int at = text.indexOf("---"); at >= 0; at = text.indexOf("---", at + 1)) {
            boolean starts = at == 0 || text.charAt(at - 1) == '\n';
            if (starts && (at + 3 == text.length() || Character.isWhitespace(text.charAt(at + 3)))) {
                parts.add(text.substring(begin, at));
                begin = at;
            }
        }
        parts.add(text.substring(begin));
        return parts;
    }

    /** Comments and directives alone are no document. */
    private static boolean hasContent(String part) {
        String body = part.startsWith("---") ? part.substring(3) : part;
        return body.lines().map(String::strip).anyMatch(line -> !line.isEmpty() && !line.matches("[#%].*"));
    }

    /** What was read of a file so far. */
    private static final class Count {
        private int documents;
        private int values;
        private boolean toldTooMany;
    }

    private static void read(String part, int line, Count count, List<Manifest> objects) {
        try {
            String body = part.startsWith("---") ? "   " + part.substring(3) : part;
            if (JSON.matcher(body).matches()) {
                for (ManifestReader.Document document : JsonPlaces.read(body, line, MAX_VALUES)) {
                    add(document.value(), ++count.documents, document.places(), "", objects);
                }
                return;
            }
            ManifestReader reader = new ManifestReader(part, line, MAX_VALUES - count.values);
            for (var document = reader.next(); document != null; document = reader.next()) {
                if (!document.value().isNull()) {
                    add(document.value(), ++count.documents, document.places(), "", objects);
                }
            }
            count.values += reader.values();
        } catch (ManifestSyntaxException e) {
            count.documents++;
            boolean tooMany = TOO_MANY_VALUES.equals(e.getMessage());
            if (tooMany && count.toldTooMany) {
                return;
            }
            count.toldTooMany |= tooMany;
            objects.add(Manifest.unreadable(
                    count.documents,
                    new Places(e.line()),
                    "",
                    new ValidationException("", String.valueOf(e.getMessage()))));
        }
    }

    private static void add(JsonNode value, int document, Places places, String prefix, List<Manifest> objects) {
        if (!(value instanceof ObjectNode object)) {
            objects.add(Manifest.unreadable(
                    document,
                    places,
                    prefix.isEmpty() ? "" : prefix.substring(0, prefix.length() - 1),
                    new ValidationException("", "no object with a kind")));
            return;
        }
        String word = object.path("kind").asString("");
        boolean list = word.endsWith("List") && object.path("items").isArray();
        if (!list || prefix.split("items", -1).length > MAX_LISTS) {
            objects.add(Manifest.of(document, places, prefix, object));
            return;
        }
        for (int i = 0; i < object.path("items").size(); i++) {
            add(object.path("items").get(i), document, places, prefix + "items[" + i + "].", objects);
        }
    }
}
