package io.osier.dataplane.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.IpProtocol;
import io.osier.dataplane.packet.ParsedPacket;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The chain of {@code statistic mode random probability} rules. */
class BackendSelectorTest {
    @ParameterizedTest(name = "rule {1} of {0}: {2}")
    @CsvSource({
        "2, 0, 0.50000000000",
        "3, 0, 0.33333333349",
        "3, 1, 0.50000000000",
        "4, 0, 0.25000000000",
        "5, 0, 0.20000000019",
        "6, 0, 0.16666666651",
        "7, 0, 0.14285714272",
        "10, 3, 0.14285714272",
        "1000, 0, 0.00100000016"
    })
    void aRulesChanceIsTheOneThatIptablesPrints(int backends, int rule, String printed) {
        double chance = service(backends).threshold(rule) / 0x1p31;

        assertThat(String.format(Locale.ROOT, "%.11f", chance)).isEqualTo(printed);
    }

    @Test
    void aRulesChanceIsOneOverTheBackendsThatAreLeftRoundedTo31Bits() {
        for (int n = 2; n <= 300; n++) {
            VirtualService service = service(n);
            for (int i = 0; i < n - 1; i++) {
                assertThat(service.threshold(i)).isEqualTo((int) Math.round(0x1p31 / (n - i)));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 40})
    void everyBackendGetsItsShareOfManyFlows(int backends) {
        int flows = 200_000;
        BackendSelector selector = new BackendSelector(new Random(20_261_123), BackendLoad.NONE);
        VirtualService service = service(backends);
        long[] chosen = new long[backends];
        for (int i = 0; i < flows; i++) {
            chosen[selector.byChance(service)]++;
        }

        double expected = (double) flows / backends;
        double chiSquare = 0;
        for (long count : chosen) {
            chiSquare += (count - expected) * (count - expected) / expected;
        }
        assertThat(chiSquare)
                .as("chi-square of %d degrees of freedom", backends - 1)
                .isLessThan(critical(backends - 1));
    }

    /** What chi-square exceeds once in a thousand times, by the approximation of Wilson and Hilferty. */
    private static double critical(int degrees) {
        if (degrees == 0) {
            return 1e-9;
        }
        double spread = 2.0 / (9 * degrees);
        return degrees * Math.pow(1 - spread + 3.09 * Math.sqrt(spread), 3);
    }

    @Test
    void theCriticalValuesAreThoseOfTheTables() {
        assertThat(critical(1)).isCloseTo(10.83, within(0.5));
        assertThat(critical(6)).isCloseTo(22.46, within(0.3));
        assertThat(critical(39)).isCloseTo(72.05, within(0.3));
    }

    @Test
    void everyRuleDrawsANumberOfItsOwnAndTheLastNone() {
        int[] draws = {0};
        RandomGenerator highest = new Random() {
            @Override
            public int nextInt() {
                draws[0]++;
                return -1;
            }
        };

        assertThat(new BackendSelector(highest, BackendLoad.NONE).byChance(service(5)))
                .as("no rule matches but the last")
                .isEqualTo(4);
        assertThat(draws[0]).isEqualTo(4);
    }

    @Test
    void aNumberBelowTheThresholdMatchesAndTheThresholdItselfDoesNot() {
        VirtualService service = service(2);

        assertThat(new BackendSelector(always(service.threshold(0) - 1), BackendLoad.NONE).byChance(service))
                .isZero();
        assertThat(new BackendSelector(always(service.threshold(0)), BackendLoad.NONE).byChance(service))
                .isEqualTo(1);
    }

    @Test
    void aRulesChanceIsItsWeightAmongThoseThatAreLeft() {
        VirtualService service = weighted(Balance.RANDOM, 1, 2, 5);

        assertThat(service.threshold(0)).isEqualTo((int) Math.round(0x1p31 / 8));
        assertThat(service.threshold(1)).isEqualTo((int) Math.round(0x1p31 * 2 / 7));
    }

    @Test
    void aBackendGetsAShareOfManyFlowsByItsWeight() {
        BackendSelector selector = new BackendSelector(new Random(7), BackendLoad.NONE);
        VirtualService service = weighted(Balance.RANDOM, 1, 2, 5);
        int[] chosen = new int[3];
        for (int i = 0; i < 80_000; i++) {
            chosen[selector.byChance(service)]++;
        }

        assertThat(chosen[0]).isCloseTo(10_000, within(500));
        assertThat(chosen[1]).isCloseTo(20_000, within(500));
        assertThat(chosen[2]).isCloseTo(50_000, within(500));
    }

    @Test
    void theLeastLoadedGetsTheNextFlow() {
        int[] flows = {3, 1, 2};

        assertThat(new BackendSelector(new Random(7), loads(flows))
                        .select(weighted(Balance.LEAST_CONNECTIONS, 1, 1, 1), new ParsedPacket()))
                .isEqualTo(1);
    }

    @Test
    void flowsFillTheLeastLoadedByTheirWeights() {
        int[] flows = new int[3];
        BackendSelector selector = new BackendSelector(new Random(7), loads(flows));
        VirtualService service = weighted(Balance.LEAST_CONNECTIONS, 1, 2, 5);
        for (int i = 0; i < 800; i++) {
            flows[selector.select(service, new ParsedPacket())]++;
        }

        assertThat(flows).containsExactly(100, 200, 500);
    }

    @Test
    void amongEqualsChancePicks() {
        int[] chosen = new int[4];
        BackendSelector selector = new BackendSelector(new Random(7), BackendLoad.NONE);
        for (int i = 0; i < 40_000; i++) {
            chosen[selector.select(weighted(Balance.LEAST_CONNECTIONS, 1, 1, 1, 1), new ParsedPacket())]++;
        }

        for (int count : chosen) {
            assertThat(count).isCloseTo(10_000, within(500));
        }
    }

    private static BackendLoad loads(int[] flows) {
        return (protocol, backend) -> flows[(int) backend.address().low() & 0xff];
    }

    private static VirtualService weighted(Balance balance, int... weights) {
        List<Backend> all = IntStream.range(0, weights.length)
                .mapToObj(i -> new Backend(IpAddress.v4(0x0a20_0000 + i), 8080, 1, weights[i]))
                .toList();
        ServicePolicy policy = ServicePolicy.DEFAULT.with(new FlowPolicy(balance));
        return new VirtualService(
                "default/web", IpProtocol.TCP, IpAddress.parse("10.96.0.10"), 80, all, List.of(), policy);
    }

    /** A generator whose upper 31 bits are this number. */
    private static RandomGenerator always(int number) {
        return new Random() {
            @Override
            public int nextInt() {
                return number << 1;
            }
        };
    }

    private static VirtualService service(int backends) {
        List<Backend> all = IntStream.range(0, backends)
                .mapToObj(i -> new Backend(IpAddress.v4(0x0a20_0002 + i), 8080, 1))
                .toList();
        return new VirtualService("default/web", IpProtocol.TCP, IpAddress.parse("10.96.0.10"), 80, all);
    }
}
