package io.osier.dataplane.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.osier.dataplane.packet.Frame;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;

/**
 * The frames that a port has been lent and not sent yet. Nobody may change them until it has: what was lent is compared with
 * what is sent.
 *
 * @param <T> what is remembered beside each
 */
final class BorrowedFrames<T> {
    private record Loan<T>(ByteBuffer memory, int start, int length, RawFrame copy, T note) {}

    private final List<Loan<T>> loans = new ArrayList<>();

    void borrow(Frame frame, T note) {
        loans.add(new Loan<>(frame.bytes(), frame.start(), frame.length(), RawFrame.copyOf(frame), note));
    }

    void borrow(Frame frame, int start, int length, T note) {
        loans.add(new Loan<>(frame.bytes(), start, length, RawFrame.copyOf(frame, start, length), note));
    }

    int size() {
        return loans.size();
    }

    /** Gives everything back, in order. */
    void release(BiConsumer<RawFrame, T> sent) {
        for (Loan<T> loan : loans) {
            byte[] now = new byte[loan.length];
            loan.memory.get(loan.start, now);
            assertThat(now)
                    .as("a queued frame must not change before it is flushed")
                    .isEqualTo(Arrays.copyOf(loan.copy.bytes(), loan.length));
            sent.accept(loan.copy, loan.note);
        }
        loans.clear();
    }
}
