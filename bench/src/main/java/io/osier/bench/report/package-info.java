/** What came out: a table, JSON, a picture. */
@org.jspecify.annotations.NullMarked
package io.osier.bench.report;
