namespace Spa.Interop.CublasLt;

/// <summary>A call of cuBLASLt failed.</summary>
public sealed class CublasException(string call, cublasStatus_t status, string name, string text) : NativeCallException(call, (int)status, name, text)
{
    public cublasStatus_t Status => status;
}
