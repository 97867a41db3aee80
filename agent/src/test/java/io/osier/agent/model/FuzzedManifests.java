package io.osier.agent.model;

import java.util.List;
import java.util.function.Supplier;

/** Whatever is read, the only complaint is a {@link ValidationException} of one line. */
final class FuzzedManifests {
    private FuzzedManifests() {}

    static void read(String text) {
        bindAll(() -> Manifests.read(text));
    }

    static void read(byte[] bytes) {
        bindAll(() -> Manifests.read(bytes));
    }

    private static void bindAll(Supplier<List<Manifest>> reading) {
        try {
            reading.get().forEach(FuzzedManifests::bind);
        } catch (ValidationException e) {
            checkOneLine(e);
        }
    }

    private static void bind(Manifest manifest) {
        try {
            manifest.bind();
        } catch (ValidationException e) {
            checkOneLine(e);
        }
    }

    private static void checkOneLine(ValidationException e) {
        if (e.getMessage() == null
                || e.getMessage().isEmpty()
                || e.getMessage().lines().count() > 1) {
            throw new AssertionError("not one line: " + e.getMessage(), e);
        }
    }
}
