using System.Buffers.Binary;
using Spa.Emulator.Memory;
using Spa.Emulator.Warp;

namespace Spa.Emulator.Ptx;

/// <summary>A module on a device: its kernels, and its variables in global memory.</summary>
public sealed class PtxModule
{
    private readonly Dictionary<string, PtxFunction> _functions = [];
    private readonly Dictionary<string, (ulong Address, long Bytes)> _variables = [];

    internal PtxModule(DeviceMemory memory, string text, string name)
    {
        PtxSyntax syntax = PtxParser.Parse(text, name);
        Dictionary<string, ulong> addresses = [];
        foreach (PtxVariable variable in syntax.Variables.Values.Where(v => v.Space is "global" or "const" && v.Size > 0))
        {
            ulong address = memory.Add(variable.Size, variable.Name, variable.Space == "const").Start;
            addresses[variable.Name] = address;
            _variables[variable.Name] = (address, variable.Size);
        }
        foreach (PtxVariable variable in syntax.Variables.Values.Where(v => addresses.ContainsKey(v.Name)))
        {
            // Variables without a value begin as zeros.
            byte[] bytes = variable.Initial ?? new byte[variable.Size];
            foreach ((int offset, int size, string symbol, long addend) in variable.Addresses)
            {
                if (!addresses.TryGetValue(symbol, out ulong target)) throw new PtxException(name, variable.Line, $"'{variable.Name}' holds the address of '{symbol}', which has none");
                if (size != 8) throw new PtxException(name, variable.Line, $"'{variable.Name}' holds an address in {size} bytes");
                BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(offset), target + (ulong)addend);
            }
            memory.Write(addresses[variable.Name], bytes);
        }
        foreach (PtxFunctionSyntax function in syntax.Functions.Values.Where(f => f.IsEntry && f.HasBody))
            _functions[function.Name] = new PtxFunction(Decoder.Decode(syntax, function, addresses), function.MaxThreads);
    }

    /// <summary>Names of the kernels.</summary>
    public IEnumerable<string> Functions => _functions.Keys;

    /// <summary>The kernel of that name, or null.</summary>
    public PtxFunction? GetFunction(string name) => _functions.GetValueOrDefault(name);

    public bool TryGetGlobal(string name, out ulong address, out long bytes)
    {
        bool found = _variables.TryGetValue(name, out (ulong Address, long Bytes) variable);
        (address, bytes) = variable;
        return found;
    }
}
