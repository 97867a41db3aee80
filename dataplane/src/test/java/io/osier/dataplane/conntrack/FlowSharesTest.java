package io.osier.dataplane.conntrack;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Shares behave as lists of flows, one for each client. */
class FlowSharesTest {
    private static final int CAPACITY = 12;
    private static final int MOST = 4;

    /** @param what 0 adds an embryonic flow, 1 one that was answered, 2 answers it, 3 removes it */
    record Action(int what, int entry, int client) {}

    private record Flow(int client, boolean embryonic) {}

    @Provide
    Arbitrary<List<Action>> actions() {
        return Combinators.combine(
                        Arbitraries.integers().between(0, 3),
                        Arbitraries.integers().between(0, CAPACITY - 1),
                        Arbitraries.integers().between(1, 3))
                .as(Action::new)
                .list()
                .ofMaxSize(60);
    }

    @Property(tries = 2_000)
    void behaveLikeLists(@ForAll("actions") List<Action> actions, @ForAll long salt) {
        FlowShares shares = new FlowShares(CAPACITY, MOST, salt);
        Map<Integer, Flow> model = new LinkedHashMap<>(); // in the order of coming
        for (Action action : actions) {
            Flow known = model.get(action.entry);
            switch (action.what) {
                case 2 -> {
                    shares.mature(action.entry);
                    model.computeIfPresent(action.entry, (entry, flow) -> new Flow(flow.client, false));
                }
                case 3 -> {
                    shares.remove(action.entry);
                    model.remove(action.entry);
                }
                default -> {
                    if (known == null) {
                        shares.add(action.entry, 0, action.client, action.what == 0);
                        model.put(action.entry, new Flow(action.client, action.what == 0));
                    }
                }
            }
            check(shares, model);
        }
    }

    private static void check(FlowShares shares, Map<Integer, Flow> model) {
        List<Integer> oldest = new ArrayList<>();
        for (int client = 1; client <= 3; client++) {
            int of = client;
            List<Integer> flows = model.entrySet().stream()
                    .filter(flow -> flow.getValue().client == of)
                    .map(Map.Entry::getKey)
                    .toList();
            int first = flows.stream()
                    .filter(entry -> flowOf(model, entry).embryonic)
                    .findFirst()
                    .orElse(ConnectionTable.NONE);
            assertThat(shares.oldestEmbryonic(0, client)).isEqualTo(first);
            assertThat(shares.isExhausted(0, client)).isEqualTo(flows.size() >= MOST);
            if (first != ConnectionTable.NONE) {
                oldest.add(first);
            }
        }
        long most = oldest.stream()
                .map(entry -> countOf(model, flowOf(model, entry).client))
                .max(Comparator.naturalOrder())
                .orElse(0L);
        int victim = shares.victim();
        if (oldest.isEmpty()) {
            assertThat(victim).isEqualTo(ConnectionTable.NONE);
        } else {
            assertThat(oldest).contains(victim);
            assertThat(countOf(model, flowOf(model, victim).client)).isEqualTo(most);
        }
        model.forEach((entry, flow) -> assertThat(shares.isEmbryonic(entry)).isEqualTo(flow.embryonic));
    }

    private static Flow flowOf(Map<Integer, Flow> model, int entry) {
        return Objects.requireNonNull(model.get(entry));
    }

    private static long countOf(Map<Integer, Flow> model, int client) {
        return model.values().stream().filter(flow -> flow.client == client).count();
    }
}
