namespace Spa.Emulator.Checks;

/// <summary>A kernel did what it must not do. The message is the report: what, kernel, source line, block, thread and address.</summary>
public sealed class DeviceFaultException : Exception
{
    public DeviceFaultException()
    {
    }

    public DeviceFaultException(string message) : base(message)
    {
    }

    public DeviceFaultException(string message, Exception innerException) : base(message, innerException)
    {
    }

    internal DeviceFaultException(DeviceFaultKind kind, string message) : base(message) => Kind = kind;

    /// <summary>What was found.</summary>
    public DeviceFaultKind Kind { get; }
}
