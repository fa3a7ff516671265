// The CloudEvents project's JavaScript SDK reads Kafka messages from stdin: headers, key and value (base64) as JSON.
import { text } from "node:stream/consumers";
import { HTTP, Kafka } from "cloudevents";

function attempt(read) {
  try {
    const event = read();
    event.validate();
    return { event };
  } catch (error) {
    return { error: String(error) };
  }
}

const messages = JSON.parse(await text(process.stdin));
const read = messages.map(({ headers, key, value }) => {
  const body = Buffer.from(value, "base64").toString();
  return {
    // The structured mode is the same on every transport: a content type and a body.
    structured: attempt(() => HTTP.toEvent({ headers, body })),
    kafka: attempt(() => Kafka.toEvent({ headers, key, value: body })),
  };
});
process.stdout.write(JSON.stringify(read));
