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

    /** Lets Ctrl-C end the command that has the terminal, and not this process beside it; where that cannot be had, both end. */
    static void leaveInterrupts() {
        whenSignalled("INT", () -> {});
    }

    /** Has this done whenever the terminal's size has changed, if that can be known. */
    static void whenResized(Runnable task) {
        whenSignalled("WINCH", task);
    }

    /** The JDK's only door to signals is one that javac warns of, hence the reflection; where it is shut, nothing but comfort is lost. */
    private static void whenSignalled(String name, Runnable task) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object handling = Proxy.newProxyInstance(
                    Terminal.class.getClassLoader(), new Class<?>[] {handler}, (proxy, method, arguments) -> {
                        task.run();
                        return null;
                    });
            Object its = signal.getConstructor(String.class).newInstance(name);
            signal.getMethod("handle", signal, handler).invoke(null, its, handling);
        } catch (ReflectiveOperationException e) {
            // as said
        }
    }
}
