/** The window's only way to the service. Names, inputs and answers are those of the contract. */
import type { AppEvent } from '../../src-main/contract/app-events.ts';
import { SteadygazeError, type ErrorValue } from '../../src-main/contract/errors.ts';
import type { Input, OperationName, Output } from '../../src-main/contract/operations.ts';
import { resourcePath, type Resource } from '../../src-main/contract/resources.ts';
import { openTransport, type Connection, type Transport } from './transport.ts';

/** What {@link Client.call} throws: the service's own sentence and hint. `toErrorValue` takes it apart. */
class CallError extends SteadygazeError {
  constructor({ code, message, hint, details }: ErrorValue) {
    super(code, message, hint, details);
    this.name = 'CallError';
  }

  /** The error as it crossed the border. */
  get value(): ErrorValue {
    return this.toValue();
  }

  /** The person cancelled it: nothing has to be said. */
  get cancelled(): boolean {
    return this.code === 'cancelled';
  }
}

/** Calls the service and hears its events. */
class Client {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** @throws CallError */
  async call<Name extends OperationName>(name: Name, input: Input<Name>): Promise<Output<Name>> {
    const result = await this.#transport.invoke(name, input).catch((cause: unknown) => {
      throw new CallError({
        code: 'disconnected',
        message: 'Steadygaze cannot be reached.',
        hint: 'Start it again; what was saved is safe.',
        details: String(cause),
      });
    });
    if (!result.ok) throw new CallError(result.error);
    return result.value as Output<Name>;
  }

  onEvent(listener: (event: AppEvent) => void): () => void {
    return this.#transport.onEvent(listener);
  }

  onConnection(listener: (connection: Connection) => void): () => void {
    return this.#transport.onConnection(listener);
  }

  pathOf(file: File): string | null {
    return this.#transport.pathOf(file);
  }
}

/** The one client of the window. */
export const client = new Client(openTransport());

/** The address of a picture, table or report, for `src`, `href` and `fetch`. */
export function resourceUrl(resource: Resource): string {
  return resourcePath(resource);
}
