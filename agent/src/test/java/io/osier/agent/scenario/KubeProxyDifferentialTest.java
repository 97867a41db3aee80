package io.osier.agent.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

@Tag("namespaces")
class KubeProxyDifferentialTest {
    @RegisterExtension
    static final KubeProxyNodes KERNEL = new KubeProxyNodes();

    @RegisterExtension
    static final OsierNodes OSIER = new OsierNodes();

    private static final EchoServers SERVERS = new EchoServers();

    @BeforeAll
    static void serve() throws Exception {
        for (Station backend : Station.BACKENDS) {
            SERVERS.open(backend, KERNEL.namespace(backend));
            SERVERS.open(backend, OSIER.namespace(backend));
        }
    }

    @AfterAll
    static void close() throws Exception {
        SERVERS.close();
    }

    @Test
    void explore() throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(16);
        int number = 0;
        Map<String, List<String>> classes = new TreeMap<>();
        for (long seed = Long.getLong("from", 1); seed <= Long.getLong("to", 3); seed++) {
            List<DrawnService> services = ServiceDraw.draw(seed, number++);
            long t0 = System.nanoTime();
            KERNEL.load(services);
            long t1 = System.nanoTime();
            OSIER.load(services);
            long t2 = System.nanoTime();
            List<Question> questions = new ArrayList<>();
            services.forEach(service -> questions.addAll(Questions.to(service)));
            List<Future<String>> results = new ArrayList<>();
            for (Question question : questions) {
                results.add(pool.submit(() -> compare(question)));
            }
            int differ = 0;
            for (int i = 0; i < questions.size(); i++) {
                String d = results.get(i).get();
                if (!d.isEmpty()) {
                    differ++;
                    Question q = questions.get(i);
                    DrawnService s = q.service();
                    classes.computeIfAbsent(q.client().role + " " + q.how().replaceAll("node-[ab]", "NODE") + " " + q.protocol(), k -> new ArrayList<>()).add(seed + " " + q + d + " " + (s.keptOutside() ? "etpL " : "") + (s.keptInside() ? "itpL " : "") + (s.affinitySeconds() > 0 ? "aff " : "") + s.ranges() + s.endpoints());
                }
            }
            System.out.printf("seed %d: %d questions, %d differ; load K %d ms, O %d ms, asked %d ms%n", seed, questions.size(), differ, (t1 - t0) / 1000000, (t2 - t1) / 1000000, (System.nanoTime() - t2) / 1000000);
        }
        classes.forEach((k, v) -> {
            System.out.println("== " + k + " " + v.size());
            v.stream().limit(Integer.getInteger("show", 6)).forEach(System.out::println);
        });
        pool.shutdown();
        assertThat(1).isEqualTo(1);
    }

    private static String compare(Question question) throws Exception {
        Set<String> k = question.ask(KERNEL.namespace(question.client()), 8, 300);
        Set<String> o = question.ask(OSIER.namespace(question.client()), 8, 300);
        if (same(question, k, o)) {
            return "";
        }
        k = new TreeSet<>();
        o = new TreeSet<>();
        int silences = 0;
        for (int i = 0; i < 8 && silences < 2; i++) {
            k.addAll(question.ask(KERNEL.namespace(question.client()), 8, 1200));
            o.addAll(question.ask(OSIER.namespace(question.client()), 8, 1200));
            if (same(question, k, o)) {
                return "";
            }
            if (k.contains(Question.SILENCE) || o.contains(Question.SILENCE)) {
                silences++;
                if (silences < 2) {
                    k.clear();
                    o.clear();
                }
            }
        }
        return "\n      K " + k + "\n      O " + o;
    }

    private static boolean same(Question q, Set<String> k, Set<String> o) {
        if (q.service().affinitySeconds() > 0) {
            return k.size() == o.size() && (k.equals(o) || (k.toString().contains("sees") && o.toString().contains("sees")));
        }
        return k.equals(o);
    }
}
