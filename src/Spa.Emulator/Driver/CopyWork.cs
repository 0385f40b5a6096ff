using Spa.Interop.Driver;

namespace Spa.Emulator.Driver;

/// <summary>A copy of rows. Host memory is read and written when the work runs, except what was staged when it was queued.</summary>
internal sealed unsafe class CopyWork(CopyEnd input, CopyEnd output, long width, long height, byte[]? staged = null) : StreamWork
{
    public override string Kind => "copy";

    public override void Run(EmulatedContext context)
    {
        ThrowIfFreed(context, input, staged is not null);
        ThrowIfFreed(context, output, isStaged: false);
        for (long row = 0; row < height; row++)
        {
            ulong source = input.Address + (ulong)(row * input.Pitch), target = output.Address + (ulong)(row * output.Pitch);
            if (output.IsHost && input.IsHost) Buffer.MemoryCopy((void*)source, (void*)target, width, width);
            else if (output.IsHost) context.Core.Memory.Read(source, new Span<byte>((void*)target, (int)width));
            else if (staged is not null) context.Core.Memory.Write(target, staged.AsSpan((int)(row * width), (int)width));
            else if (input.IsHost) context.Core.Memory.Write(target, new ReadOnlySpan<byte>((void*)source, (int)width));
            else context.Core.Memory.Copy(target, source, width);
        }
    }

    /// <summary>Pinned memory must live until the copy ran.</summary>
    private void ThrowIfFreed(EmulatedContext context, CopyEnd end, bool isStaged)
    {
        if (!end.IsPinned || isStaged || context.Driver.Pinned.Contains(end.Address, (height - 1) * end.Pitch + width)) return;
        throw new DriverErrorException(CUresult.CUDA_ERROR_ILLEGAL_ADDRESS, $"copy of {width * height} bytes: the pinned host memory at 0x{end.Address:x} was freed before the copy ran");
    }
}
