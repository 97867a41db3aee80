package io.osier.agent.model;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Set;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * What an unquoted word of YAML means to kubectl, which reads YAML 1.1: {@code yes} is a boolean, {@code 0x1F} a number and
 * {@code 1.10} another. Whoever meant a text has to quote it, and is told so when the value comes where a text belongs.
 */
final class PlainScalar {
    private static final Set<String> NULL = Set.of("", "~", "null", "Null", "NULL");
    private static final Set<String> TRUE =
            Set.of("true", "True", "TRUE", "y", "Y", "yes", "Yes", "YES", "on", "On", "ON");
    private static final Set<String> FALSE =
            Set.of("false", "False", "FALSE", "n", "N", "no", "No", "NO", "off", "Off", "OFF");
    private static final Pattern DECIMAL = Pattern.compile("[-+]?[0-9][0-9_]*");
    private static final Pattern OCTAL = Pattern.compile("[-+]?0o?[0-7_]+");
    private static final Pattern HEXADECIMAL = Pattern.compile("[-+]?0x[0-9a-fA-F_]+");
    private static final Pattern BINARY = Pattern.compile("[-+]?0b[01_]+");
    private static final Pattern FRACTION = Pattern.compile("[-+]?([0-9][0-9_]*\\.[0-9]*|\\.[0-9]+)");
    private static final Pattern EXPONENT = Pattern.compile("[-+]?([0-9][0-9_]*(\\.[0-9]*)?|\\.[0-9]+)[eE][-+]?[0-9]+");
    private static final int MAX_CHARACTERS = 64; // more digits are nobody's number
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private PlainScalar() {}

    /** The null, boolean, number or text that the word is. */
    static JsonNode of(String word) {
        if (NULL.contains(word)) {
            return NODES.nullNode();
        }
        if (TRUE.contains(word) || FALSE.contains(word)) {
            return NODES.booleanNode(TRUE.contains(word));
        }
        if (word.length() > MAX_CHARACTERS) {
            return NODES.stringNode(word);
        }
        try {
            return number(word);
        } catch (NumberFormatException e) { // "0x_"
            return NODES.stringNode(word);
        }
    }

    private static JsonNode number(String word) {
        if (HEXADECIMAL.matcher(word).matches()) {
            return integer(word, "0x", 16);
        }
        if (BINARY.matcher(word).matches()) {
            return integer(word, "0b", 2);
        }
        if (word.matches("[-+]?0o?[0-7_].*") && OCTAL.matcher(word).matches()) {
            return integer(word, word.contains("o") ? "0o" : "0", 8);
        }
        if (DECIMAL.matcher(word).matches()) {
            return integer(word, "", 10);
        }
        String digits = word.replace("_", "");
        if (FRACTION.matcher(word).matches()) {
            return NODES.numberNode(new BigDecimal(digits.endsWith(".") ? digits + "0" : digits));
        }
        if (EXPONENT.matcher(word).matches() && Double.isFinite(Double.parseDouble(digits))) {
            return NODES.numberNode(Double.parseDouble(digits));
        }
        return NODES.stringNode(word);
    }

    private static JsonNode integer(String word, String prefix, int radix) {
        String digits = word.replace("_", "").replaceFirst("^([-+]?)" + prefix, "$1");
        BigInteger value = new BigInteger(digits, radix);
        return value.bitLength() < Integer.SIZE ? NODES.numberNode(value.intValue()) : NODES.numberNode(value);
    }
}
