/** The store for agents on several machines: etcd, by jetcd. */
@org.jspecify.annotations.NullMarked
package io.osier.agent.store.etcd;
