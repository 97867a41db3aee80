package io.osier.agent.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CachedObjectsTest {
    private final CachedObjects<String> objects = new CachedObjects<>();

    @Test
    void atFirstAllIsNew() {
        objects.put("b", "2");
        objects.put("a", "0");
        objects.put("a", "1");

        assertThat(objects.takeChanges()).containsExactly(Change.appeared("1"), Change.appeared("2"));
        assertThat(objects.takeChanges()).isEmpty();
    }

    @Test
    void ofManyChangesTheFirstAndTheLastStateCount() {
        objects.put("a", "1");
        objects.takeChanges();

        objects.put("a", null);
        objects.put("a", "2");
        objects.put("a", "3");
        objects.put("b", "1");
        objects.put("b", null);
        objects.put("b", "4");

        assertThat(objects.takeChanges()).containsExactlyInAnyOrder(new Change<>("1", "3"), new Change<>(null, "4"));
    }

    @Test
    void whatCameAndWentMeanwhileIsNoChange() {
        objects.takeChanges();

        objects.put("a", "1");
        objects.put("a", null);

        assertThat(objects.takeChanges()).isEmpty();
    }

    @Test
    void whatIsGoneIsTold() {
        objects.put("a", "1");
        objects.takeChanges();

        objects.put("a", null);

        assertThat(objects.takeChanges()).containsExactly(new Change<>("1", null));
        assertThat(objects.all()).isEmpty();
    }

    @Test
    void whoBeginsAgainIsToldAllOfIt() {
        objects.put("a", "1");
        objects.takeChanges();
        objects.put("b", "2");

        objects.begin();

        assertThat(objects.takeChanges()).containsExactly(Change.appeared("1"), Change.appeared("2"));
    }
}
