package io.osier.agent.model;

import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Names with values, in the names' order; never changes, and takes little room: there are as many of these as there are objects. */
final class SortedTexts extends AbstractMap<String, String> {
    /** Name, value, name, value. */
    private final String[] texts;

    private SortedTexts(String[] texts) {
        this.texts = texts;
    }

    /** The same in order; a value that is left out is empty, as YAML has it of {@code app:} with nothing behind it. */
    static Map<String, String> of(Map<String, String> map) {
        if (map.isEmpty()) {
            return Map.of();
        }
        if (map instanceof SortedTexts) {
            return map;
        }
        String[] texts = new String[map.size() * 2];
        int next = 0;
        for (Map.Entry<String, @Nullable String> entry : new TreeMap<String, @Nullable String>(map).entrySet()) {
            String value = entry.getValue();
            texts[next++] = entry.getKey();
            texts[next++] = value == null ? "" : value;
        }
        return new SortedTexts(texts);
    }

    @Override
    public @Nullable String get(@Nullable Object name) {
        int low = 0;
        int high = size() - 1;
        while (name instanceof String wanted && low <= high) {
            int middle = (low + high) >>> 1;
            int order = texts[middle * 2].compareTo(wanted);
            if (order == 0) {
                return texts[middle * 2 + 1];
            }
            low = order < 0 ? middle + 1 : low;
            high = order < 0 ? high : middle - 1;
        }
        return null;
    }

    @Override
    public boolean containsKey(@Nullable Object name) {
        return get(name) != null; // no value is null
    }

    @Override
    public int size() {
        return texts.length / 2;
    }

    @Override
    public Set<Map.Entry<String, String>> entrySet() {
        return new Entries();
    }

    private final class Entries extends AbstractSet<Map.Entry<String, String>> {
        @Override
        public int size() {
            return SortedTexts.this.size();
        }

        @Override
        public boolean contains(@Nullable Object entry) {
            return entry instanceof Map.Entry<?, ?> wanted
                    && wanted.getValue() != null
                    && wanted.getValue().equals(get(wanted.getKey()));
        }

        @Override
        public Iterator<Map.Entry<String, String>> iterator() {
            return new Iterator<>() {
                private int next;

                @Override
                public boolean hasNext() {
                    return next < texts.length;
                }

                @Override
                public Map.Entry<String, String> next() {
                    if (!hasNext()) {
                        throw new NoSuchElementException();
                    }
                    next += 2;
                    return Map.entry(texts[next - 2], texts[next - 1]);
                }
            };
        }
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof SortedTexts that ? Arrays.equals(texts, that.texts) : super.equals(other);
    }

    @Override
    public int hashCode() {
        return super.hashCode();
    }
}
