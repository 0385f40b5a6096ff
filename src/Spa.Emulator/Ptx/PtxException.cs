namespace Spa.Emulator.Ptx;

/// <summary>PTX that this device does not accept; the message is one line: source name, line, what was found and what was expected.</summary>
public sealed class PtxException : Exception
{
    public PtxException()
    {
    }

    public PtxException(string message) : base(message)
    {
    }

    public PtxException(string message, Exception innerException) : base(message, innerException)
    {
    }

    internal PtxException(string source, int line, string message) : base($"{source}:{line}: {message}")
    {
    }
}
