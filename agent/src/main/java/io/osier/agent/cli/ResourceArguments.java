package io.osier.agent.cli;

import java.util.ArrayList;
import java.util.List;

/**
 * Which objects a command is about, as kubectl's users say it: {@code KIND[,KIND] [NAME…]} or {@code KIND/NAME…}.
 *
 * @param kinds all that are spoken of, in their order
 * @param named the objects; none if it is all of these kinds
 */
record ResourceArguments(List<Kinds> kinds, List<Ref> named) {
    /** One object by its name. */
    record Ref(Kinds kind, String name) {}

    /** @throws CliException of wrong usage, if the words do not go together or leave something empty */
    static ResourceArguments parse(String command, List<String> words) {
        String first = words.get(0);
        List<String> rest = words.subList(1, words.size());
        if (first.contains("/")) {
            List<Ref> named = words.stream().map(word -> ref(command, word)).toList();
            return new ResourceArguments(
                    named.stream().map(Ref::kind).distinct().toList(), named);
        }
        rest.stream().filter(word -> word.contains("/")).findFirst().ifPresent(word -> {
            throw CliException.usage(command + ": " + word + ": write KIND NAME or KIND/NAME, not both");
        });
        List<Kinds> kinds = Kinds.list(command, first);
        List<Ref> named = new ArrayList<>();
        kinds.forEach(kind -> rest.forEach(name -> named.add(new Ref(kind, name))));
        return new ResourceArguments(kinds, named);
    }

    private static Ref ref(String command, String word) {
        int slash = word.indexOf('/');
        if (slash < 1 || slash == word.length() - 1 || word.indexOf('/', slash + 1) > 0) {
            throw CliException.usage(command + ": " + word + ": write KIND/NAME"
                    + (slash < 0 ? ", as the others are" : ", with one of each"));
        }
        return new Ref(Kinds.of(command, word.substring(0, slash)), word.substring(slash + 1));
    }

    /** @throws CliException of wrong usage, if something has a name that is no object */
    ResourceArguments checkNames(String command) {
        for (Ref ref : named) {
            if (!ref.kind().isObject()) {
                throw CliException.usage(
                        command + ": " + ref.kind().plural() + " have no names: leave out " + ref.name());
            }
        }
        return this;
    }
}
