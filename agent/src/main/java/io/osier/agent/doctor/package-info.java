/** What nodes tell of themselves, judged: what is wrong, and what to do about it. Asks nobody. */
@org.jspecify.annotations.NullMarked
package io.osier.agent.doctor;
