/** Virtual address to backend: choose, rewrite, undo. */
@org.jspecify.annotations.NullMarked
package io.osier.dataplane.service;
