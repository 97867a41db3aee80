package io.osier.dataplane.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class PodInstancesTest {
    private static final int NUMBERS = 400;

    private static long[] array(List<Long> numbers) {
        return numbers.stream().mapToLong(Long::longValue).toArray();
    }

    /** Of few numbers, so that some are there twice. */
    @Property(tries = 200)
    void aChangedOneIsLikeAList(@ForAll long seed) {
        Random random = new Random(seed);
        List<Long> model = new ArrayList<>();
        PodInstances pods = PodInstances.NONE;
        for (int round = 0; round < 30; round++) {
            List<Long> come = new ArrayList<>();
            for (int i = random.nextInt(random.nextInt(10) == 0 ? NUMBERS : 5); i > 0; i--) {
                come.add(1L + random.nextInt(NUMBERS));
            }
            model.addAll(come);
            List<Long> gone = new ArrayList<>();
            for (int i = random.nextInt(1 + (random.nextInt(10) == 0 ? model.size() : Math.min(5, model.size())));
                    i > 0;
                    i--) {
                gone.add(model.remove(random.nextInt(model.size())));
            }
            PodInstances before = pods;
            boolean hadFirst = !come.isEmpty() && before.contains(come.get(0));
            pods = before.with(array(gone), array(come));

            PodInstances now = pods;
            assertThat(LongStream.rangeClosed(0, NUMBERS + 1))
                    .allSatisfy(number -> assertThat(now.contains(number)).isEqualTo(model.contains(number)));
            assertThat(!come.isEmpty() && before.contains(come.get(0))).isEqualTo(hadFirst);
        }
    }

    @Test
    void thoseBeforeStayAsTheyWere() {
        PodInstances before = new PodInstances(1, 2);

        PodInstances after = before.with(new long[] {1}, new long[] {3});

        assertThat(LongStream.of(1, 2, 3).filter(before::contains)).containsExactly(1L, 2L);
        assertThat(LongStream.of(1, 2, 3).filter(after::contains)).containsExactly(2L, 3L);
    }
}
