using System.Runtime.InteropServices;

namespace Spa.Cli;

/// <summary>
/// Turns the first SIGINT or SIGTERM into a cancelled token, so that work in progress can save itself. A second one ends the process at
/// once: the user has waited enough.
/// </summary>
internal sealed class SignalToken : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration _interrupt;
    private readonly PosixSignalRegistration _terminate;
    private int _seen;

    public SignalToken()
    {
        _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle);
        _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle);
    }

    public CancellationToken Token => _source.Token;

    public void Dispose()
    {
        _interrupt.Dispose();
        _terminate.Dispose();
        _source.Dispose();
    }

    private void Handle(PosixSignalContext context)
    {
        if (Interlocked.Increment(ref _seen) > 1) Environment.Exit(ExitCodes.Interrupted);
        context.Cancel = true;
        _source.Cancel();
    }
}
