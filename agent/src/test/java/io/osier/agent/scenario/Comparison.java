package io.osier.agent.scenario;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Asks two rigs the same questions. A difference that nobody expects counts when it is still there after asking patiently: a chance
 * among backends may need many packets to show them all, and a busy machine may answer late.
 */
final class Comparison {
    /** Most of them wait for packets that were dropped. */
    private static final int AT_ONCE = 48;

    private static final int PACKETS = 8;
    private static final int HASTE_MILLIS = 300;
    private static final int PATIENCE_MILLIS = 1_200;

    /** Eight packets each: one of four backends is missed by all of them in one of a hundred million cases. */
    private static final int ROUNDS = 8;

    private static final int SILENT_ROUNDS = 2;

    private final ServiceRig kernel;
    private final ServiceRig osier;
    private final long seed;

    Comparison(ServiceRig kernel, ServiceRig osier, long seed) {
        this.kernel = kernel;
        this.osier = osier;
        this.seed = seed;
    }

    /** @param questions how many were asked */
    record Result(int questions, List<Disagreement> disagreements) {}

    /** Serves the services on both and asks all there is to ask. */
    Result of(List<DrawnService> services) throws Exception {
        kernel.load(services);
        osier.load(services);
        List<Question> questions = services.stream()
                .flatMap(service -> Questions.to(service).stream())
                .toList();
        List<Disagreement> disagreements = new ArrayList<>();
        ExecutorService pool = Executors.newFixedThreadPool(AT_ONCE);
        try {
            List<Callable<List<Disagreement>>> tasks = new ArrayList<>();
            inTurns(questions).forEach(each -> tasks.add(() -> compare(each)));
            for (Future<List<Disagreement>> task : pool.invokeAll(tasks)) {
                disagreements.addAll(task.get());
            }
        } finally {
            pool.shutdownNow();
        }
        return new Result(questions.size(), disagreements);
    }

    /**
     * A client's questions to one port, in one family, are asked one after the other, so that affinity has a first one to remember. By
     * the other family he is somebody else.
     */
    private static Collection<List<Question>> inTurns(List<Question> questions) {
        Map<List<Object>, List<Question>> groups = new LinkedHashMap<>();
        for (Question question : questions) {
            List<Object> group = List.of(
                    question.client(), question.service().name(), question.portName(), Family.of(question.address()));
            groups.computeIfAbsent(group, key -> new ArrayList<>()).add(question);
        }
        return groups.values();
    }

    private List<Disagreement> compare(List<Question> group) throws IOException {
        List<Disagreement> found = new ArrayList<>();
        Affinity affinity = new Affinity();
        for (Question question : group) {
            Set<String> byKernel = question.ask(kernel.namespace(question.client()), PACKETS, HASTE_MILLIS);
            Set<String> byOsier = question.ask(osier.namespace(question.client()), PACKETS, HASTE_MILLIS);
            Disagreement hasty = new Disagreement(seed, question, Set.copyOf(byKernel), Set.copyOf(byOsier));
            if (!isSame(question, byKernel, byOsier)
                    && DeliberateDifference.of(hasty).isEmpty()) {
                askPatiently(question, byKernel, byOsier);
            }
            affinity.saw(question, byKernel, byOsier);
            if (!isSame(question, byKernel, byOsier) || affinity.isKeptByKernelAlone()) {
                found.add(new Disagreement(seed, question, byKernel, byOsier));
            }
        }
        return found;
    }

    private void askPatiently(Question question, Set<String> byKernel, Set<String> byOsier) throws IOException {
        int silent = 0;
        for (int round = 0; round < ROUNDS && silent < SILENT_ROUNDS; round++) {
            if (round == 0 || silent > 0) {
                byKernel.clear();
                byOsier.clear();
            }
            byKernel.addAll(question.ask(kernel.namespace(question.client()), PACKETS, PATIENCE_MILLIS));
            byOsier.addAll(question.ask(osier.namespace(question.client()), PACKETS, PATIENCE_MILLIS));
            if (isSame(question, byKernel, byOsier)) {
                return;
            }
            if (byKernel.contains(Question.SILENCE) || byOsier.contains(Question.SILENCE)) {
                silent++;
            }
        }
    }

    /** With affinity each has a backend of its own choice, so it is asked only whether it is one, and a possible one. */
    private static boolean isSame(Question question, Set<String> byKernel, Set<String> byOsier) {
        if (question.service().affinitySeconds() == 0 || byKernel.size() != 1 || byOsier.size() != 1) {
            return byKernel.equals(byOsier);
        }
        return Affinity.isLike(
                question, byKernel.iterator().next(), byOsier.iterator().next());
    }

    /** What one client was given by one port of a service with affinity, at all of its addresses. */
    private static final class Affinity {
        private final Set<String> kernel = new TreeSet<>();
        private final Set<String> osier = new TreeSet<>();

        static boolean isLike(Question question, String byKernel, String byOsier) {
            return byKernel.equals(byOsier)
                    || (isPossible(question, byKernel)
                            && isPossible(question, byOsier)
                            && isSeenAlike(question, byKernel, byOsier));
        }

        private static boolean isPossible(Question question, String answer) {
            return answer.contains(Question.SEES)
                    && question.service().endpoints().entrySet().stream()
                            .anyMatch(endpoint -> answer.startsWith(endpoint.getKey().label + ":")
                                    && endpoint.getValue().condition().serves());
        }

        /** Whoever reaches himself is masqueraded, by whichever address he comes. */
        private static boolean isSeenAlike(Question question, String byKernel, String byOsier) {
            String self = question.client().label + ":";
            return byKernel.startsWith(self)
                    || byOsier.startsWith(self)
                    || seen(byKernel).equals(seen(byOsier));
        }

        private static String seen(String answer) {
            return answer.substring(answer.indexOf(Question.SEES));
        }

        /** Where the way is the same, and no policy leaves one address other backends than another. */
        void saw(Question question, Set<String> byKernel, Set<String> byOsier) {
            DrawnService service = question.service();
            if (service.affinitySeconds() > 0
                    && !service.keptInside()
                    && !service.keptOutside()
                    && question.client().role != Station.Role.NODE
                    && !question.how().startsWith(Questions.OTHER_NODE_PORT)) {
                byKernel.forEach(answer -> kernel.add(answer.split(" ", -1)[0]));
                byOsier.forEach(answer -> osier.add(answer.split(" ", -1)[0]));
            }
        }

        boolean isKeptByKernelAlone() {
            return kernel.size() == 1 && osier.size() > 1;
        }
    }
}
