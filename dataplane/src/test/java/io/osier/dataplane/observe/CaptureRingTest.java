package io.osier.dataplane.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.statistics.Statistics;
import org.junit.jupiter.api.Test;

class CaptureRingTest {
    private static final int CAPACITY_BYTES = 512;

    private final CaptureRing ring = new CaptureRing(CAPACITY_BYTES);

    /** One thing that a producer or a consumer does. */
    private sealed interface Step permits Claim, Publish, RollBack, Drain {}

    private record Claim(int lengthBytes) implements Step {}

    private record Publish() implements Step {}

    private record RollBack() implements Step {}

    private record Drain() implements Step {}

    @Provide
    Arbitrary<List<Step>> steps() {
        Arbitrary<Step> claim = Arbitraries.integers().between(0, 200).map(Claim::new);
        return Arbitraries.frequencyOf(
                        Tuple.of(6, claim),
                        Tuple.of(3, Arbitraries.just(new Publish())),
                        Tuple.of(1, Arbitraries.just(new RollBack())),
                        Tuple.of(2, Arbitraries.just(new Drain())))
                .list()
                .ofMaxSize(200);
    }

    @Property
    void givesBackWhatAQueueWould(@ForAll("steps") List<Step> steps) {
        CaptureRing ring = new CaptureRing(CAPACITY_BYTES);
        Queue<List<Byte>> published = new ArrayDeque<>();
        List<List<Byte>> claimed = new ArrayList<>();
        byte next = 0;
        for (Step step : steps) {
            if (step instanceof Claim claim) {
                int index = ring.claim(claim.lengthBytes());
                Statistics.label("claim").collect(index == CaptureRing.FULL ? "refused" : "granted");
                if (index != CaptureRing.FULL) {
                    List<Byte> content = new ArrayList<>();
                    for (int i = 0; i < claim.lengthBytes(); i++) {
                        content.add(next);
                        ring.bytes().put(index + i, next++);
                    }
                    claimed.add(content);
                }
            } else if (step instanceof Publish) {
                assertThat(contentOf(ring::visitClaimed)).isEqualTo(claimed);
                ring.publish();
                published.addAll(claimed);
                claimed.clear();
            } else if (step instanceof RollBack) {
                ring.rollBack();
                claimed.clear();
            } else {
                assertThat(contentOf(ring::drain)).isEqualTo(List.copyOf(published));
                published.clear();
            }
        }
    }

    @Test
    void refusesOnlyWhatFindsNoRoom() {
        int granted = 0;
        while (ring.claim(56) != CaptureRing.FULL) {
            granted++;
        }
        assertThat(granted).isEqualTo(CAPACITY_BYTES / 64);
        ring.publish();
        assertThat(contentOf(ring::drain)).hasSize(granted);
        assertThat(ring.claim(CAPACITY_BYTES - 8)).isNotEqualTo(CaptureRing.FULL);
    }

    @Test
    void refusesForEverWhatIsLongerThanItself() {
        assertThat(ring.claim(CAPACITY_BYTES)).isEqualTo(CaptureRing.FULL);
    }

    @Test
    void showsNothingBeforeItIsPublished() {
        ring.claim(8);
        assertThat(contentOf(ring::drain)).isEmpty();
    }

    @Test
    void wantsAPowerOfTwo() {
        assertThatThrownBy(() -> new CaptureRing(1_000)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void keepsOrderAndContentBetweenTwoThreads() throws Exception {
        int offered = 300_000;
        CompletableFuture<Integer> producer = CompletableFuture.supplyAsync(() -> produce(offered));
        List<String> wrong = new ArrayList<>();
        int[] seen = {0, -1};
        CaptureRing.Visitor checker = (bytes, offset, length) -> {
            int number = bytes.getInt(offset);
            if (number <= seen[1]) {
                wrong.add(number + " behind " + seen[1]);
            }
            for (int i = 4; i < length; i++) {
                if (bytes.get(offset + i) != (byte) number) {
                    wrong.add(number + " has another's byte at " + i);
                }
            }
            seen[0]++;
            seen[1] = number;
        };
        while (!producer.isDone()) {
            ring.drain(checker);
        }
        ring.drain(checker);

        assertThat(wrong).isEmpty();
        assertThat(seen[0]).isEqualTo(producer.get(1, TimeUnit.MINUTES)).isPositive();
    }

    /** Offers that many entries of random lengths, and says how many found room. */
    private int produce(int offered) {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        int granted = 0;
        for (int number = 0; number < offered; number++) {
            int length = random.nextInt(4, 120);
            int index = ring.claim(length);
            if (index == CaptureRing.FULL) {
                Thread.onSpinWait();
                continue;
            }
            ring.bytes().putInt(index, number);
            for (int i = 4; i < length; i++) {
                ring.bytes().put(index + i, (byte) number);
            }
            ring.publish();
            granted++;
        }
        return granted;
    }

    private static List<List<Byte>> contentOf(Consumer<CaptureRing.Visitor> entries) {
        List<List<Byte>> content = new ArrayList<>();
        entries.accept((bytes, offset, length) -> content.add(copy(bytes, offset, length)));
        return content;
    }

    private static List<Byte> copy(ByteBuffer bytes, int offset, int length) {
        List<Byte> copy = new ArrayList<>();
        for (int i = 0; i < length; i++) {
            copy.add(bytes.get(offset + i));
        }
        return copy;
    }
}
