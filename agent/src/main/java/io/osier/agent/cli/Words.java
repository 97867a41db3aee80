package io.osier.agent.cli;

import java.nio.file.Path;
import picocli.CommandLine;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** What every word of a command line has to be, unless its command says otherwise: not empty, as an unset variable leaves it. */
final class Words {
    private Words() {}

    /** Has all commands that there are so far refuse empty words. */
    static void refuseEmpty(CommandLine line) {
        line.registerConverter(String.class, Words::notEmpty);
        line.registerConverter(Path.class, word -> Path.of(notEmpty(word)));
    }

    static String notEmpty(String word) {
        if (word.isEmpty()) {
            throw new TypeConversionException("must not be empty");
        }
        return word;
    }

    /** For what names nothing: another program's words. */
    static final class AsTheyAre implements ITypeConverter<String> {
        @Override
        public String convert(String word) {
            return word;
        }
    }
}
