package io.osier.agent.model;

import org.jspecify.annotations.Nullable;

/**
 * How one container of a pod is, in Kubernetes' shape.
 *
 * @param restartCount how often its command was started again
 */
public record ContainerStatus(String name, boolean ready, int restartCount, State state) {
    /** One of the three is there. */
    public record State(
            @Nullable Running running,
            @Nullable Waiting waiting,
            @Nullable Terminated terminated) {}

    /** Its command runs; there is nothing more to say of it. */
    public record Running() {}

    /** Its command is to be started, perhaps not for the first time. */
    public record Waiting(@Nullable String reason, @Nullable String message) {}

    /**
     * Its command has ended for good.
     *
     * @param exitCode null if nobody knows
     */
    public record Terminated(
            @Nullable Integer exitCode,
            @Nullable String reason,
            @Nullable String message) {}

    public static ContainerStatus running(String name, int restartCount) {
        return new ContainerStatus(name, true, restartCount, new State(new Running(), null, null));
    }

    public static ContainerStatus waiting(
            String name, int restartCount, @Nullable String reason, @Nullable String message) {
        return new ContainerStatus(name, false, restartCount, new State(null, new Waiting(reason, message), null));
    }

    /** Its command has ended; nobody knowing how ({@code null}) is no success. */
    public static ContainerStatus terminated(
            String name, int restartCount, @Nullable Integer exitCode, @Nullable String message) {
        String reason = exitCode != null && exitCode == 0 ? PodStatus.COMPLETED : "Error";
        return new ContainerStatus(
                name, false, restartCount, new State(null, null, new Terminated(exitCode, reason, message)));
    }

    boolean isCreating() {
        return state.waiting() != null
                && PodStatus.CREATING.equals(state.waiting().reason());
    }

    boolean hasSucceeded() {
        Terminated end = state.terminated();
        return end != null && end.exitCode() != null && end.exitCode() == 0;
    }

    /** Why it does not run, in one word; null if it does. */
    @Nullable
    String reason() {
        return state.terminated() != null
                ? state.terminated().reason()
                : state.waiting() == null ? null : state.waiting().reason();
    }

    @Nullable
    String message() {
        return state.terminated() != null
                ? state.terminated().message()
                : state.waiting() == null ? null : state.waiting().message();
    }
}
