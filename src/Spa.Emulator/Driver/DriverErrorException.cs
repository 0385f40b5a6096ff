using Spa.Interop.Driver;

namespace Spa.Emulator.Driver;

/// <summary>A driver call cannot be done: the code that it returns, and the reason in words.</summary>
internal sealed class DriverErrorException(CUresult result, string message) : Exception(message)
{
    public CUresult Result => result;
}
