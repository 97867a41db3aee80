package io.osier.agent.cli;

import java.io.Console;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;

/** Whether somebody watches: progress is for terminals only. */
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

    /**
     * Lets Ctrl-C end the command that has the terminal, and not this process beside it. The JDK's only door to signals is one
     * that javac warns of, hence the reflection; where it is shut, Ctrl-C ends both.
     */
    static void leaveInterrupts() {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object ignoring = Proxy.newProxyInstance(
                    Terminal.class.getClassLoader(), new Class<?>[] {handler}, (proxy, method, arguments) -> null);
            Object interrupt = signal.getConstructor(String.class).newInstance("INT");
            signal.getMethod("handle", signal, handler).invoke(null, interrupt, ignoring);
        } catch (ReflectiveOperationException e) {
            // Nothing is lost but the comfort.
        }
    }
}
