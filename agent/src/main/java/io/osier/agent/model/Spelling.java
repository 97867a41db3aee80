package io.osier.agent.model;

import java.util.Collection;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Finds the word that somebody meant. */
final class Spelling {
    private static final int LETTERS_A_MISTAKE = 4;
    private static final int MAX_CHARACTERS = 40;

    private Spelling() {}

    /** The known word with the fewest letters wrong, missing, too many or changed about; null if none is near. */
    static @Nullable String nearest(String word, Collection<String> known) {
        String nearest = null;
        int fewest = 1 + word.length() / LETTERS_A_MISTAKE;
        for (String candidate : known) {
            int mistakes = word.length() > MAX_CHARACTERS
                    ? Integer.MAX_VALUE
                    : mistakes(word.toLowerCase(Locale.ROOT), candidate.toLowerCase(Locale.ROOT));
            if (mistakes < fewest || (mistakes == fewest && nearest == null)) {
                fewest = mistakes;
                nearest = candidate;
            }
        }
        return nearest;
    }

    /** The distance of Damerau and Levenshtein between neighbours. */
    private static int mistakes(String a, String b) {
        int[][] distance = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    distance[i][j] = i + j;
                    continue;
                }
                int changed = distance[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                int least = Math.min(changed, 1 + Math.min(distance[i - 1][j], distance[i][j - 1]));
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    least = Math.min(least, distance[i - 2][j - 2] + 1);
                }
                distance[i][j] = least;
            }
        }
        return distance[a.length()][b.length()];
    }
}
