namespace Spa.Emulator.Checks;

/// <summary>A kernel did what a device would not survive, or what only works by luck; the message names kernel, source line, block, thread and address.</summary>
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

    public DeviceFaultException(DeviceFaultKind kind, string message) : base(message) => Kind = kind;

    public DeviceFaultKind Kind { get; }
}
