/** The node's own side of the segment: {@code osier0}, routes, one nft table. */
@org.jspecify.annotations.NullMarked
package io.osier.agent.host;
