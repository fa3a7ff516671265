// The AsyncAPI project's own parser reads a document from stdin and says what it found.
import { text } from "node:stream/consumers";
import { Parser } from "@asyncapi/parser";

const { document, diagnostics } = await new Parser().parse(await text(process.stdin));
const found = {
  problems: diagnostics.map((one) => `${one.path.join(".")}: ${one.message}`),
  version: document?.version() ?? null,
  channels: document?.allChannels().all().map((one) => one.address()) ?? [],
  messages: document?.allMessages().all().map((one) => one.name()) ?? [],
  operations: document?.allOperations().all().map((one) => `${one.action()} ${one.id()}`) ?? [],
};
process.stdout.write(JSON.stringify(found));
