package io.osier.agent.store.etcd;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.KeyValue;
import io.etcd.jetcd.Txn;
import io.etcd.jetcd.kv.GetResponse;
import io.etcd.jetcd.kv.TxnResponse;
import io.etcd.jetcd.op.Cmp;
import io.etcd.jetcd.op.CmpTarget;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.DeleteOption;
import io.etcd.jetcd.options.GetOption;
import io.etcd.jetcd.options.OptionsUtil;
import io.etcd.jetcd.options.PutOption;
import io.grpc.Status;
import io.osier.agent.store.Keys;
import io.osier.agent.store.StateStore;
import io.osier.agent.store.StoreEvent;
import io.osier.agent.store.StoreException;
import io.osier.agent.store.Versioned;
import io.osier.agent.store.Write;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * A {@link StateStore} in etcd: a key's revision is etcd's {@code mod_revision}.
 *
 * <p>A write whose answer is lost is sent again, and must not count twice or be taken for somebody else's. So every write also
 * puts its number under {@code PREFIX.writers/HANDLE} in the same transaction; one that finds the key changed reads that
 * number, and knows whether it was its own earlier attempt. One write, or one commit of several, of a handle is under way at a time.
 */
public final class EtcdStore implements StateStore {
    /** etcd's own bound ({@code --max-txn-ops}) on the conditions and on the changes of a transaction. */
    private static final int MAX_OPERATIONS = 128;

    private static final int MAX_WRITES = MAX_OPERATIONS - 1; // and the writer's number

    private static final Duration PROBE = Duration.ofSeconds(2);
    /** So many keys are listed in one step: a hundred thousand at once would take longer than an answer may. */
    private static final int PAGE = 1_000;
    /** How often a list is begun that etcd compacts away meanwhile. */
    private static final int MAX_LISTS = 3;

    private final EtcdCalls calls;
    private final String prefix;
    private final ByteSequence writer;
    private final Set<EtcdWatch> watches = ConcurrentHashMap.newKeySet();
    private final Object writing = new Object();
    private long written;

    private EtcdStore(EtcdCalls calls, String prefix) {
        this.calls = calls;
        this.prefix = prefix;
        // No key of ours begins with a dot.
        this.writer = text(prefix + ".writers/" + UUID.randomUUID());
    }

    /** Opens the store; etcd need not be there yet. */
    public static EtcdStore open(EtcdSettings settings) {
        return new EtcdStore(new EtcdCalls(settings), settings.prefix());
    }

    @Override
    public Optional<Versioned> get(String key) {
        ByteSequence name = name(key);
        return calls.call("read", key, client -> client.getKVClient().get(name)).getKvs().stream()
                .findFirst()
                .map(this::versioned);
    }

    @Override
    public List<Versioned> list(String below) {
        for (int i = 1; ; i++) {
            try {
                List<Versioned> entries = new ArrayList<>();
                forEach(below, entries::add);
                return entries;
            } catch (StoreException e) {
                if (i == MAX_LISTS || Status.fromThrowable(e).getCode() != Status.Code.OUT_OF_RANGE) {
                    throw e;
                }
            }
        }
    }

    /**
     * Tells everything below {@code below/}, in order, as it was at one revision, and holds no more than a page of it.
     *
     * @return that revision
     * @throws StoreException also if etcd has compacted it away meanwhile
     */
    long forEach(String below, Consumer<Versioned> each) {
        ByteSequence from = folder(below);
        ByteSequence end = OptionsUtil.prefixEndOf(from);
        long revision = 0; // the present one, until the first page has said which that is
        while (true) {
            GetResponse page = page(below, from, end, revision);
            revision = revision == 0 ? page.getHeader().getRevision() : revision;
            for (KeyValue entry : page.getKvs()) {
                each.accept(versioned(entry));
            }
            if (!page.isMore()) {
                return revision;
            }
            from = text(prefix + keyOf(page.getKvs().get(page.getKvs().size() - 1)) + '\0');
        }
    }

    private GetResponse page(String below, ByteSequence from, ByteSequence end, long revision) {
        GetOption option = GetOption.builder()
                .withRange(end)
                .withLimit(PAGE)
                .withRevision(revision)
                .build();
        return calls.call("list", below, client -> client.getKVClient().get(from, option));
    }

    /**
     * Asks for an answer that only a member with a leader can give.
     *
     * @throws StoreException if there is none within {@link #PROBE}
     */
    public void probe() {
        calls.call("reach", "the store", client -> client.getKVClient().get(writer), PROBE);
    }

    @Override
    public Map<String, Versioned> getAll(Collection<String> keys) {
        Map<String, Versioned> found = new TreeMap<>();
        List<String> all = List.copyOf(keys);
        for (int begin = 0; begin < all.size(); begin += MAX_OPERATIONS) {
            List<String> some = all.subList(begin, Math.min(all.size(), begin + MAX_OPERATIONS));
            Op[] reads = some.stream()
                    .map(key -> Op.get(name(key), GetOption.DEFAULT))
                    .toArray(Op[]::new);
            TxnResponse answer = calls.call(
                    "read",
                    some.get(0) + " and others",
                    client -> client.getKVClient().txn().Then(reads).commit());
            for (GetResponse read : answer.getGetResponses()) {
                for (KeyValue entry : read.getKvs()) {
                    found.put(keyOf(entry), versioned(entry));
                }
            }
        }
        return found;
    }

    @Override
    public OptionalLong compareAndSet(String key, long expectedRevision, byte[] value) {
        return write("write", key, List.of(Write.put(key, expectedRevision, value)));
    }

    @Override
    public boolean compareAndDelete(String key, long expectedRevision) {
        Keys.check(key);
        return expectedRevision != ABSENT
                && write("delete", key, List.of(Write.delete(key, expectedRevision)))
                        .isPresent();
    }

    @Override
    public OptionalLong commit(List<Write> writes) {
        StateStore.check(writes, MAX_WRITES);
        String first = writes.get(0).key();
        return write("write", writes.size() == 1 ? first : first + " and " + (writes.size() - 1) + " more", writes);
    }

    @Override
    public int maxWrites() {
        return MAX_WRITES;
    }

    private OptionalLong write(String verb, String what, List<Write> writes) {
        Cmp[] unchanged = writes.stream()
                .map(write -> new Cmp(name(write.key()), Cmp.Op.EQUAL, CmpTarget.modRevision(write.expectedRevision())))
                .toArray(Cmp[]::new);
        synchronized (writing) {
            ByteSequence number = text(Long.toString(++written));
            Op[] changes = Stream.concat(
                            writes.stream().map(this::change), Stream.of(Op.put(writer, number, PutOption.DEFAULT)))
                    .toArray(Op[]::new);
            TxnResponse answer = calls.call(verb, what, client -> {
                Txn txn = client.getKVClient().txn();
                return txn.If(unchanged)
                        .Then(changes)
                        .Else(Op.get(writer, GetOption.DEFAULT))
                        .commit();
            });
            if (answer.isSucceeded()) {
                return OptionalLong.of(answer.getHeader().getRevision());
            }
            // Ours if an earlier attempt of this very write got through and only its answer was lost.
            return answer.getGetResponses().get(0).getKvs().stream()
                    .filter(own -> own.getValue().equals(number))
                    .mapToLong(KeyValue::getModRevision)
                    .findFirst();
        }
    }

    private Op change(Write write) {
        byte[] value = write.value();
        return value == null
                ? Op.delete(name(write.key()), DeleteOption.DEFAULT)
                : Op.put(name(write.key()), bytes(value), PutOption.DEFAULT);
    }

    @Override
    public Watch watch(String below, Consumer<StoreEvent> onEvent) {
        Keys.check(below);
        EtcdWatch watch = new EtcdWatch(this, below, onEvent);
        watches.add(watch);
        watch.start();
        return watch;
    }

    io.etcd.jetcd.Watch watchClient() {
        return calls.client().getWatchClient();
    }

    void closed(EtcdWatch watch) {
        watches.remove(watch);
    }

    Versioned versioned(KeyValue entry) {
        return new Versioned(
                keyOf(entry), entry.getModRevision(), entry.getValue().getBytes());
    }

    String keyOf(KeyValue entry) {
        return entry.getKey().toString(StandardCharsets.UTF_8).substring(prefix.length());
    }

    ByteSequence folder(String below) {
        return text(prefix + Keys.check(below) + "/");
    }

    private ByteSequence name(String key) {
        return text(prefix + Keys.check(key));
    }

    static ByteSequence text(String text) {
        return bytes(text.getBytes(StandardCharsets.UTF_8));
    }

    static ByteSequence bytes(byte[] bytes) {
        return ByteSequence.from(bytes);
    }

    /** Ends the watches and the connection. The number of the last write goes too, if etcd is there to be told. */
    @Override
    public void close() {
        watches.forEach(EtcdWatch::close);
        synchronized (writing) {
            if (written > 0) {
                written = 0;
                try {
                    calls.call(
                            "close", "the store", client -> client.getKVClient().delete(writer));
                } catch (StoreException e) {
                    // A key of a few bytes stays behind.
                }
            }
        }
        calls.close();
    }
}
