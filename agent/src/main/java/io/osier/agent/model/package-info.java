/** The cluster's objects as validating, Kubernetes-shaped records, and the manifests that people write. */
@org.jspecify.annotations.NullMarked
package io.osier.agent.model;
