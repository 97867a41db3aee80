package io.osier.dataplane.conntrack;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
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

    /** @param what 0 adds an expendable flow, 1 one that is not, 2 makes it one that is not, 3 one that is, 4 removes it */
    record Action(int what, int entry, int client) {}

    /** @param expendableSince the number of the action that made it expendable, or {@link #KEPT} */
    private record Flow(int client, int expendableSince) {
        static final int KEPT = Integer.MAX_VALUE;

        Flow kept() {
            return new Flow(client, KEPT);
        }

        Flow expendable(int now) {
            return expendableSince == KEPT ? new Flow(client, now) : this;
        }
    }

    @Provide
    Arbitrary<List<Action>> actions() {
        return Combinators.combine(
                        Arbitraries.integers().between(0, 4),
                        Arbitraries.integers().between(0, CAPACITY - 1),
                        Arbitraries.integers().between(1, 3))
                .as(Action::new)
                .list()
                .ofMaxSize(60);
    }

    @Property(tries = 2_000)
    void behaveLikeLists(@ForAll("actions") List<Action> actions, @ForAll long salt) {
        FlowShares shares = new FlowShares(CAPACITY, MOST, salt);
        Map<Integer, Flow> model = new HashMap<>();
        for (int now = 0; now < actions.size(); now++) {
            apply(actions.get(now), now, shares, model);
            check(shares, model);
        }
    }

    private static void apply(Action action, int now, FlowShares shares, Map<Integer, Flow> model) {
        switch (action.what) {
            case 2 -> {
                shares.setExpendable(action.entry, false);
                model.computeIfPresent(action.entry, (entry, flow) -> flow.kept());
            }
            case 3 -> {
                shares.setExpendable(action.entry, true);
                model.computeIfPresent(action.entry, (entry, flow) -> flow.expendable(now));
            }
            case 4 -> {
                shares.remove(action.entry);
                model.remove(action.entry);
            }
            default -> {
                if (!model.containsKey(action.entry)) {
                    boolean expendable = action.what == 0;
                    shares.add(action.entry, 0, action.client, expendable);
                    model.put(action.entry, new Flow(action.client, expendable ? now : Flow.KEPT));
                }
            }
        }
    }

    private static void check(FlowShares shares, Map<Integer, Flow> model) {
        List<Integer> oldest = new ArrayList<>();
        for (int client = 1; client <= 3; client++) {
            int of = client;
            int first = model.entrySet().stream()
                    .filter(flow -> flow.getValue().client == of && flow.getValue().expendableSince != Flow.KEPT)
                    .min(Comparator.comparingInt(flow -> flow.getValue().expendableSince))
                    .map(Map.Entry::getKey)
                    .orElse(ConnectionTable.NONE);
            assertThat(shares.oldestExpendable(0, client)).isEqualTo(first);
            assertThat(shares.isExhausted(0, client)).isEqualTo(countOf(model, client) >= MOST);
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
    }

    private static Flow flowOf(Map<Integer, Flow> model, int entry) {
        return Objects.requireNonNull(model.get(entry));
    }

    private static long countOf(Map<Integer, Flow> model, int client) {
        return model.values().stream().filter(flow -> flow.client == client).count();
    }
}
