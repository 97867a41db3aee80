package io.osier.agent.api.server;

import io.osier.agent.store.Keyspace;
import io.osier.agent.store.Stage;
import io.osier.agent.store.StateStore;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * Changes objects so that all that belongs to one change, an object and the claims to its addresses say, is in the store or
 * nothing is. A change that came too late is thought over on what the other writer left.
 */
final class StagedChanges {
    /** Every time, somebody else has got on; so many times in a row are not seen. */
    private static final int ATTEMPTS = 30;

    private final StateStore store;

    StagedChanges(StateStore store) {
        this.store = store;
    }

    /**
     * Makes one change.
     *
     * @param change what is to be done, perhaps several times; what it throws undoes it
     */
    <R> R make(Function<Keyspace, R> change) {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            Stage stage = new Stage(store);
            R result = change.apply(stage);
            if (!stage.fits()) {
                return change.apply(store); // more than can be done at once is done step by step
            }
            if (stage.commit()) {
                return result;
            }
        }
        throw ApiError.conflict("others change it all the time: try again");
    }

    /**
     * Makes one change after the other, many of them in one step of the store.
     *
     * @param keysOf what a change will ask for first
     * @param change what is to be done for an item; what is wrong with an item is a result, too: it may throw {@link ApiError}
     *     only, which undoes what it did
     * @param refused the result of an item whose change threw
     * @param results gets one for each item; those that are there when this throws stand
     */
    <I, R> void makeAll(
            List<I> items,
            Function<I, ? extends Collection<String>> keysOf,
            BiFunction<I, Keyspace, R> change,
            Function<ApiError, R> refused,
            List<R> results) {
        int window = items.size();
        for (int done = 0; done < items.size(); ) {
            List<I> rest = items.subList(done, Math.min(items.size(), done + window));
            List<R> made = rest.size() == 1
                    ? List.of(makeOne(rest.get(0), change, refused))
                    : makeSome(rest, keysOf, change, refused);
            results.addAll(made);
            done += made.size();
            // Where others write, too, smaller steps come through.
            window = made.isEmpty() ? Math.max(1, Math.min(rest.size(), store.maxWrites()) / 2) : items.size();
        }
    }

    private <I, R> R makeOne(I item, BiFunction<I, Keyspace, R> change, Function<ApiError, R> refused) {
        try {
            return make(keys -> change.apply(item, keys));
        } catch (ApiError e) {
            return refused.apply(e);
        }
    }

    /** Makes as many of the changes as the store takes at once; none if somebody else was first with one of them. */
    private <I, R> List<R> makeSome(
            List<I> items,
            Function<I, ? extends Collection<String>> keysOf,
            BiFunction<I, Keyspace, R> change,
            Function<ApiError, R> refused) {
        Stage stage = new Stage(store);
        stage.prefetch(items.stream()
                .limit(Math.max(1, store.maxWrites() / 2))
                .flatMap(item -> keysOf.apply(item).stream())
                .toList());
        List<R> results = new ArrayList<>();
        for (I item : items) {
            int mark = stage.mark();
            R result;
            try {
                result = change.apply(item, stage);
            } catch (ApiError e) {
                stage.undoTo(mark);
                result = refused.apply(e);
            }
            if (!stage.fits()) {
                stage.undoTo(mark);
                if (results.isEmpty()) {
                    return List.of(makeOne(item, change, refused));
                }
                break;
            }
            results.add(result);
        }
        return stage.commit() ? results : List.of();
    }
}
