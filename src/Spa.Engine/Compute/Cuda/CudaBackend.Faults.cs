using System.Runtime.InteropServices;
using Spa.Engine.Compute.Cuda.Arguments;

namespace Spa.Engine.Compute.Cuda;

public sealed unsafe partial class CudaBackend
{
    private nint _faultWord;

    /// <summary>A <see cref="FaultRecord"/> on the device. Kernels that read ids leave there what they refused, because nothing on the host may look at ids that are on their way.</summary>
    private nint FaultWord
    {
        get
        {
            if (_faultWord == 0)
            {
                _faultWord = Allocate(sizeof(FaultRecord), "faults");
                ClearFault();
            }

            return _faultWord;
        }
    }

    /// <summary>Reads what kernels have refused since the last call, throws for the first of it, and forgets it.</summary>
    private void ThrowIfFaulted()
    {
        FaultRecord fault = default;
        Span<byte> record = Destination(ref fault);
        if (!record.IsEmpty) _download.Copy(null, default, 0, record, new((ulong)_faultWord));
        ThrowIfFaulted(fault);
    }

    /// <summary>Where the record goes that comes along with what the host waits for; empty before the first kernel that can refuse.</summary>
    private Span<byte> Destination(ref FaultRecord fault) => _faultWord == 0 ? default : MemoryMarshal.AsBytes(new Span<FaultRecord>(ref fault));

    private void ThrowIfFaulted(in FaultRecord fault)
    {
        if (fault.Code == 0) return;
        ClearFault();
        (long position, int value) = ((long)(fault.First >> 32), (int)fault.First);
        throw (FaultKind)fault.Code switch
        {
            FaultKind.TokenId => new SpaException(
                $"token id {value} at position {position} of the batch is outside the model's vocabulary of {fault.Limit:N0}; use the tokenizer that belongs to the model"),
            FaultKind.Position => new SpaException(
                $"position {value} at row {position} of the batch is outside the rotary table of {fault.Limit:N0} positions; use shorter sequences or a model with a longer context"),
            FaultKind.Label => new SpaException(
                $"label {value} of row {position} is outside the model's vocabulary of {fault.Limit:N0}; use the tokenizer that belongs to the model"),
            FaultKind.Logits => new SpaException(
                $"model produced {(value != 0 ? "NaN" : "no finite")} logits in row {position}; check that the weights are complete and that training did not diverge"),
            _ => new ArgumentException($"index {value} at {position} is outside [0, {fault.Limit})"),
        };
    }

    private void ClearFault()
    {
        var none = new FaultRecord { First = ulong.MaxValue };
        _upload.Copy(new((ulong)_faultWord), (byte*)&none, sizeof(FaultRecord));
    }

    private void DisposeFaults()
    {
        if (_faultWord != 0) Free(_faultWord);
        _faultWord = 0;
    }
}
