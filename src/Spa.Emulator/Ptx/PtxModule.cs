using System.Buffers.Binary;
using Spa.Emulator.Memory;
using Spa.Emulator.Warp.Decode;

namespace Spa.Emulator.Ptx;

/// <summary>A loaded PTX module: its kernels, decoded, and its global and constant variables in device memory.</summary>
public sealed class PtxModule : IDisposable
{
    private readonly DeviceMemory _memory;
    private readonly PtxSyntax _syntax;
    private readonly Dictionary<string, PtxFunction> _functions = [];
    private readonly List<ulong> _allocations = [];

    internal PtxModule(DeviceMemory memory, string text, string name, int maxSharedBytes)
    {
        _memory = memory;
        Name = name;
        _syntax = PtxParser.Parse(text, name);
        try
        {
            PlaceVariables();
            foreach (PtxFunctionSyntax syntax in _syntax.Functions.Values.Where(f => f.IsEntry && f.HasBody))
            {
                PtxFunction function = new(this, syntax, Decoder.Decode(this, _syntax, syntax));
                function.MaxDynamicSharedBytes = Math.Max(Math.Min(48 * 1024, maxSharedBytes) - function.StaticSharedBytes, 0);
                _functions[syntax.Name] = function;
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Name in messages.</summary>
    public string Name { get; }

    /// <summary>Kernels by name.</summary>
    public IReadOnlyDictionary<string, PtxFunction> Functions => _functions;

    /// <summary>PTX version, such as "9.0".</summary>
    public string Version => _syntax.Version;

    /// <summary>Target, such as "sm_80".</summary>
    public string Target => _syntax.Target;

    /// <summary>The kernel of that name, or null.</summary>
    public PtxFunction? GetFunction(string name) => _functions.GetValueOrDefault(name);

    /// <summary>Address and size of a <c>.global</c> or <c>.const</c> variable.</summary>
    public bool TryGetGlobal(string name, out ulong address, out long size)
    {
        bool found = _syntax.Variables.TryGetValue(name, out PtxVariable? variable) && variable.Space is "global" or "const" && variable.Place >= 0;
        (address, size) = found ? ((ulong)variable!.Place, variable.Size) : (0, 0);
        return found;
    }

    /// <summary>Frees the module's variables and code.</summary>
    public void Dispose()
    {
        foreach (ulong address in _allocations) _memory.Free(address);
        _allocations.Clear();
        foreach (PtxFunction function in _functions.Values) function.Program.Release();
        _functions.Clear();
    }

    /// <summary>Place of a location with a separator after it, or nothing.</summary>
    internal string DescribeLocation(int index)
    {
        if (index < 0) return "";
        string text = "";
        for (SourceLocation? at = _syntax.Locations[index]; at is not null; at = at.InlinedAt)
        {
            string file = Path.GetFileName(_syntax.Files.GetValueOrDefault(at.File, $"file {at.File}"));
            text += text.Length == 0 ? $"{file}:{at.Line}" : $" inlined at {file}:{at.Line}";
        }
        return text + ", ";
    }

    private void PlaceVariables()
    {
        foreach (PtxVariable variable in _syntax.Variables.Values)
        {
            if (variable.Space is not ("global" or "const")) continue;
            if (variable.IsExtern) throw new PtxException(Name, variable.Line, $"extern variable {variable.Name} has no definition in this module");
            if (variable.Size == 0) continue;
            variable.Place = (long)_memory.Allocate(variable.Size, variable.Name);
            _allocations.Add((ulong)variable.Place);
        }
        foreach (PtxVariable variable in _syntax.Variables.Values)
        {
            if (variable.Place < 0) continue;
            byte[] bytes = variable.Initial ?? new byte[variable.Size];
            foreach ((int offset, int width, string symbol, long addend) in variable.Addresses)
            {
                if (!_syntax.Variables.TryGetValue(symbol, out PtxVariable? target) || target.Place < 0)
                    throw new PtxException(Name, variable.Line, $"the initial value of {variable.Name} names '{symbol}', which is no global or constant variable");
                ulong address = (ulong)(target.Place + addend);
                if (width < 0) bytes[offset] = (byte)(address >> -1 - width);
                else if (width == 8) BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(offset), address);
                else throw new PtxException(Name, variable.Line, $"an address in the initial value of {variable.Name} needs 8 bytes");
            }
            _memory.Write((ulong)variable.Place, bytes);
            if (variable.Space == "const") _memory.Find((ulong)variable.Place)!.IsReadOnly = true;
        }
    }
}
