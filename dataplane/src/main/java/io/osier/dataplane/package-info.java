/** Forwards packets; knows nothing of clusters, files, YAML or HTTP. */
@org.jspecify.annotations.NullMarked
package io.osier.dataplane;
