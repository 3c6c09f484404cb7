import { type AddressInfo, type Server as Listener, type Socket, connect, createServer } from 'node:net';

/** A network cable between a browser and a server, which can be pulled out and put back. */
export class Cable {
  #plugged = true;
  #open = new Set<Socket>();

  private constructor(
    readonly url: string,
    private readonly listener: Listener,
  ) {}

  static async to(server: string): Promise<Cable> {
    const { hostname, port } = new URL(server);
    const listener = createServer();
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
    const cable = new Cable(`http://127.0.0.1:${(listener.address() as AddressInfo).port}`, listener);
    listener.on('connection', (near) => {
      if (!cable.#plugged) return near.destroy();
      const far = connect(Number(port), hostname);
      for (const [from, to] of [[near, far], [far, near]]) {
        cable.#open.add(from);
        from.pipe(to);
        from.on('error', () => to.destroy());
        from.once('close', () => {
          cable.#open.delete(from);
          to.destroy();
        });
      }
    });
    return cable;
  }

  unplug(): void {
    this.#plugged = false;
    this.#open.forEach((socket) => socket.destroy());
  }

  plug(): void {
    this.#plugged = true;
  }

  async dispose(): Promise<void> {
    this.unplug();
    await new Promise((resolve) => this.listener.close(resolve));
  }
}
