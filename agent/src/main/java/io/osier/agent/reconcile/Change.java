package io.osier.agent.reconcile;

import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What has become of one object. Objects never change themselves: there is another one.
 *
 * @param before null if it was not there
 * @param after null if it is not there any more
 */
record Change<T>(@Nullable T before, @Nullable T after) {
    /** Of an object that is new, as far as anybody knows. */
    static <T> Change<T> appeared(T object) {
        return new Change<>(null, object);
    }

    /** Takes what it was out, if it was there, and then what it is in, if it is there. */
    void replace(Consumer<? super T> out, Consumer<? super T> in) {
        if (before != null) {
            out.accept(before);
        }
        if (after != null) {
            in.accept(after);
        }
    }

    /** What it was, and what it is. */
    Stream<T> sides() {
        return Stream.of(Stream.ofNullable(before), Stream.ofNullable(after)).flatMap(side -> side);
    }
}
