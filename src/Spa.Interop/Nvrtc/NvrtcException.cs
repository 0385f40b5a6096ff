namespace Spa.Interop.Nvrtc;

/// <summary>A call of NVRTC failed; <see cref="Log"/> says what the compiler found in the source.</summary>
public sealed class NvrtcException(string call, nvrtcResult result, string text, string log = "") : NativeCallException(call, (int)result, result.ToString(), text)
{
    public nvrtcResult Result => result;

    /// <summary>The compiler's messages, a line or more each; empty where the failure is not the source's.</summary>
    public string Log => log;
}
