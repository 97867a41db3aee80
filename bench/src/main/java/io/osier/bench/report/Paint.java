package io.osier.bench.report;

/**
 * Colours, where somebody looks at them.
 *
 * @param colours whether to use any
 */
public record Paint(boolean colours) {
    private static final String RESET = "\u001b[0m";

    String bold(String text) {
        return paint("\u001b[1m", text);
    }

    String green(String text) {
        return paint("\u001b[32m", text);
    }

    String red(String text) {
        return paint("\u001b[31m", text);
    }

    private String paint(String code, String text) {
        return colours ? code + text + RESET : text;
    }

    static String plain(String text) {
        return text.replaceAll("\u001b\\[[0-9]+m", "");
    }
}
