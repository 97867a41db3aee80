package io.osier.agent.model;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** On which line of a file each value of a document stands, by the value's path such as {@code spec.ports[0].port}. */
final class Places {
    private record Place(int line, @Nullable String word) {}

    private final int firstLine;
    private final Map<String, Place> places = new HashMap<>();

    Places(int firstLine) {
        this.firstLine = firstLine;
    }

    /**
     * Notes a value.
     *
     * @param word how it was written, if what was read no longer tells: {@code 0x1F}
     */
    void put(String path, int line, @Nullable String word) {
        places.put(path, new Place(line, word));
    }

    /** Notes the line of a value's key, which is where a reader looks for it. */
    void atKey(String path, int line) {
        Place place = places.get(path);
        places.put(path, new Place(line, place == null ? null : place.word()));
    }

    /** The line of a value, or of the nearest thing around it that is there. */
    int lineOf(String path) {
        String at = path;
        while (!at.isEmpty()) {
            Place place = places.get(at);
            if (place != null) {
                return place.line();
            }
            at = at.substring(0, Math.max(0, Math.max(at.lastIndexOf('.'), at.lastIndexOf('['))));
        }
        return firstLine;
    }

    /** How a value that is no text was written; null if nobody noted it. */
    @Nullable
    String wordOf(String path) {
        Place place = places.get(path);
        return place == null ? null : place.word();
    }
}
