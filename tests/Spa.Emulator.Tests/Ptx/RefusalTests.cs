using Spa.Emulator.Ptx;

namespace Spa.Emulator.Tests.Ptx;

/// <summary>What this device does not know is refused when the module loads, in one line with the place.</summary>
[TestFixture]
internal sealed class RefusalTests
{
    [TestCase("frobnicate.u32 r, r;", "m.ptx:6: frobnicate.u32: this instruction is not supported")]
    [TestCase("add.wild.u32 r, r, r;", "m.ptx:6: add.wild.u32: the modifier .wild is not supported here")]
    [TestCase("add.u32 r, r;", "m.ptx:6: add.u32: expected 3 operands, found 2")]
    [TestCase("add.u32 r, r, nobody;", "m.ptx:6: add.u32: 'nobody' is not declared")]
    [TestCase("add.u32 r, r, %nothing;", "m.ptx:6: add.u32: register %nothing is not declared")]
    [TestCase("add.u32 r, r, w;", "m.ptx:6: add.u32: expected a register of 32 bits, found w of type .b64")]
    [TestCase("bra nowhere;", "m.ptx:6: label nowhere is not defined in k")]
    [TestCase("ld.global.u32 r, r;", "m.ptx:6: ld.global.u32: expected an address in brackets")]
    [TestCase("ld.param.u32 r, [a+8];", "m.ptx:6: ld.param.u32: reads 4 bytes at byte 8 of 4 bytes of parameters")]
    [TestCase("st.const.u32 [w], r;", "m.ptx:6: st.const.u32: constant memory cannot be written")]
    [TestCase("call f;", "m.ptx:6: call: function 'f' is not declared")]
    [TestCase("mma.sync.aligned.m16n8k32.row.col.f32.e4m3.e4m3.f32 {r,r,r,r}, {r,r,r,r}, {r,r}, {r,r,r,r};", "m.ptx:6: mma.sync.aligned.m16n8k32.row.col.f32.e4m3.e4m3.f32: this shape and these types are not supported")]
    [TestCase("cp.async.bulk.commit_group;", "m.ptx:6: cp.async.bulk.commit_group: the modifier .bulk is not supported here")]
    [TestCase("cvt.s32.f32 r, r;", "m.ptx:6: cvt.s32.f32: a conversion to an integer needs .rni, .rzi, .rmi or .rpi")]
    [TestCase("shfl.bfly.b32 r, r, 1, 31;", "m.ptx:6: shfl.bfly.b32: only the .sync form is supported")]
    [TestCase("mov.u32 r, 12abc;", "m.ptx:6: '12abc' is not a number")]
    [TestCase("add.u32 r, r, [r;", "m.ptx:6: expected ']', found ';'")]
    public void Is_named_with_its_line(string statement, string message)
    {
        using EmulatedDevice device = new();
        string ptx = $".version 9.0\n.target sm_80\n.address_size 64\n.visible .entry k(.param .u32 a) {{\n.reg .b32 r; .reg .b64 w;\n{statement}\nret;\n}}\n";
        PtxException error = Assert.Throws<PtxException>(() => device.LoadModule(ptx, "m.ptx"))!;
        Assert.That(error.Message, Does.StartWith(message));
        Assert.That(error.Message, Does.Not.Contain('\n'));
        Assert.That(device.Memory.Count, Is.Zero);
    }

    [TestCase("", "m.ptx:1: no .version directive")]
    [TestCase("hello", "m.ptx:1: expected a directive of module scope, found 'hello'")]
    [TestCase(".version 9.0\n.address_size 32", "m.ptx:2: only .address_size 64 is supported")]
    [TestCase(".version 9.0\n.global .b8 x[2] = {1, 2, 3};", "m.ptx:2: the initial value of x has 3 bytes, the variable 2")]
    [TestCase(".version 9.0\n.extern .global .b32 x;", "m.ptx:2: extern variable x has no definition in this module")]
    [TestCase(".version 9.0\n.entry k() { /* ", "m.ptx:2: a comment /* without its end")]
    public void Modules_that_are_no_PTX_are_refused(string ptx, string message)
    {
        using EmulatedDevice device = new();
        PtxException error = Assert.Throws<PtxException>(() => device.LoadModule(ptx, "m.ptx"))!;
        Assert.That(error.Message, Does.StartWith(message));
    }

    [Test]
    public void A_function_that_calls_itself_is_refused()
    {
        using EmulatedDevice device = new();
        const string Ptx = ".version 9.0\n.target sm_80\n.address_size 64\n.func f() {\ncall f;\nret;\n}\n.visible .entry k() {\ncall f;\nret;\n}\n";
        Assert.That(() => device.LoadModule(Ptx, "m.ptx"), Throws.TypeOf<PtxException>().With.Message.StartsWith("m.ptx:5: call: 'f' calls itself"));
    }
}
