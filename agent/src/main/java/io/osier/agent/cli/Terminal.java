package io.osier.agent.cli;

import java.io.Console;
import java.lang.reflect.InvocationTargetException;

/** Whether somebody watches: progress and colours are for terminals only, and colours only where {@code NO_COLOR} is not set. */
final class Terminal {
    private Terminal() {}

    @SuppressWarnings("SystemConsoleNull") // asked further below for the JDKs where it is never null
    static boolean isInteractive() {
        Console console = System.console();
        if (console == null) {
            return false;
        }
        try {
            // Since JDK 22 there is always a console, and it says itself whether it is a terminal.
            return (boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (NoSuchMethodException e) {
            return true;
        } catch (IllegalAccessException | InvocationTargetException e) {
            return false;
        }
    }

    static boolean isColored() {
        String noColor = System.getenv("NO_COLOR");
        return isInteractive() && (noColor == null || noColor.isEmpty());
    }
}
